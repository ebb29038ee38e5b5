// SPDX-License-Identifier: Apache-2.0
/// Whether the compressed pixels of a picture end in zeros, which decoders take for pixels.
struct PictureEnding {
  /// Whether they do.
  let isZeroFilled: Bool

  /// Zeros that compressed pixels do not end with by chance.
  private static let most = 32

  /// - Parameters:
  ///   - file: its path.
  ///   - format: the name of FFmpeg's demuxer.
  ///   - lacksEnd: whether its decoder found no end marker.
  init(of file: String, _ format: String, lacksEnd: Bool) {
    guard let bytes = FileBytes(file) else {
      isZeroFilled = false
      return
    }
    switch format {
    case "webp_pipe": isZeroFilled = Self.endsInZeros(webP: bytes)
    case "jpeg_pipe": isZeroFilled = lacksEnd && bytes.trailingZeros() > Self.most
    default: isZeroFilled = false
    }
  }

  private static func endsInZeros(webP bytes: FileBytes) -> Bool {
    var place = 12
    while let size = bytes.number(at: place + 4, 4) {
      if ["VP8 ", "VP8L"].contains(bytes.name(at: place)), size > most {
        let end = bytes.bytes(at: place + 8 + size - most, most)
        return end.allSatisfy { $0 == 0 }
      }
      place += 8 + size + size & 1
    }
    return false
  }
}
