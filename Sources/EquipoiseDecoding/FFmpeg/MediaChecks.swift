// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

/// Refusals of what is too large.
enum MediaChecks {
  /// A picture's size; 0 is one that is not known yet.
  static func check(width: Int, height: Int, of file: String) throws {
    guard width >= 0, height >= 0, max(width, height) <= MediaLimits.side,
      width * height <= MediaLimits.pixels
    else {
      throw EquipoiseError.media(
        file, "a picture of \(width) × \(height) pixels is too large",
        fix: "scale it to at most \(MediaLimits.side) on a side and \(MediaLimits.pixels) pixels")
    }
  }
}
