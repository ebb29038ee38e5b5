// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import CEquipoiseMedia
import EquipoiseKit
import EquipoiseMedia
import EquipoiseFormats

/// Reads a picture, the first one of an animation, and tells whether all of it is there.
struct StillReader {
  private let container: Container
  private let stream: UnsafeMutablePointer<AVStream>
  private var file: String { container.file }

  /// Throws `EquipoiseError` for a file that is not a picture.
  init(_ file: String) throws {
    container = try Container(file)
    guard let stream = container.stream(AVMEDIA_TYPE_VIDEO),
      container.isPicture || MediaFormats.animations.contains(container.format)
    else {
      throw EquipoiseError.media(
        file, "it is \(container.title), not a picture",
        fix: "choose kind=frames or kind=spectrogram for it, or name a picture")
    }
    self.stream = stream
  }

  /// uint8 [height, width, 3], and a warning about an animation.
  func read() throws -> DecodedMedia {
    // The header was looked at before; what is said of it counts once.
    _ = DecoderLog.taken()
    let (frame, later) = (try MediaFrame(for: file), try MediaFrame(for: file))
    let decoder = try TrackDecoder(container, stream)
    guard (try? decoder.next(into: frame)) == true else { throw failure }
    try check(DecoderLog.taken())
    var warnings: [String] = []
    if MediaFormats.animations.contains(container.format), try decoder.next(into: later) {
      warnings.append(
        "it is an animation (\(MediaFormats.title(container.format))), of which the first picture is "
          + "taken; kind=frames takes more")
    }
    return DecodedMedia(try PictureConverter(file, stream).convert(frame), warnings: warnings)
  }

  private var failure: EquipoiseError {
    if FileNature.isAnimatedWebP(file) {
      return .media(
        file, "it is an animated WebP, which FFmpeg \(FFmpegDecoder.version) does not read",
        fix: "convert it, for instance to GIF or MP4")
    }
    return .media(file, "it is corrupt: no picture can be decoded")
  }

  private func check(_ lines: [String]) throws {
    if lines.contains(where: DecoderLog.tellsOfLostPixels) {
      throw EquipoiseError.damaged(file, "a part of the picture is missing")
    }
    // The last bytes alone may be missing; but zeros instead of them stand for pixels.
    let lacksEnd = lines.contains { $0.contains("EOI missing") }
    guard PictureEnding(of: file, container.format, lacksEnd: lacksEnd).isZeroFilled else { return }
    throw EquipoiseError.damaged(
      file, "its end is filled with zeros, so a part of the picture is lost")
  }
}
