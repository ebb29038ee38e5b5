// SPDX-License-Identifier: Apache-2.0
import CEquipoiseFFmpeg
import EquipoiseKit
import EquipoiseMedia

extension EquipoiseError {
  /// FFmpeg gave an error code.
  static func media(_ file: String, _ what: String, code: Int32) -> EquipoiseError {
    var text = [CChar](repeating: 0, count: 128)
    av_strerror(code, &text, text.count)
    let message = String(
      decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return .media(file, "\(what): \(message)")
  }
}
