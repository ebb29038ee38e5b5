import CZlib

/// PNG images of 8 bits per channel, red, green and blue.
package enum PNG {
  /// Writes a picture atomically.
  ///
  /// - Parameters:
  ///   - picture: uint8 [height, width, 3].
  ///   - path: the file.
  /// - Throws: `FormatError` when the disk does not take it.
  package static func write(_ picture: HostArray, to path: String) throws {
    let isPicture = picture.type == .uint8 && picture.shape.count == 3 && picture.shape.last == 3
    precondition(isPicture && picture.count > 0, "PNG of \(picture)")
    guard let height = UInt32(exactly: picture.shape[0]),
      let width = UInt32(exactly: picture.shape[1])
    else { preconditionFailure("PNG of \(picture)") }
    var header = bytes(width) + bytes(height)
    // Bits per channel, colour type, and the only kinds of compression, filter and interlacing.
    header += [8, 2, 0, 0, 0]
    // Each row begins with its filter: none.
    var rows: [UInt8] = []
    rows.reserveCapacity(picture.count + picture.shape[0])
    picture.withUnsafeBytes { pixels in
      for row in 0..<picture.shape[0] {
        rows.append(0)
        rows += pixels[row * picture.shape[1] * 3..<(row + 1) * picture.shape[1] * 3]
      }
    }
    let file =
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", try deflated(rows, path)) + chunk("IEND", [])
    try AtomicFile.write(to: path) { sink in try file.withUnsafeBytes { try sink.write($0) } }
  }

  private static func deflated(_ input: [UInt8], _ path: String) throws -> [UInt8] {
    var size = compressBound(uLong(input.count))
    var output = [UInt8](repeating: 0, count: Int(size))
    guard compress2(&output, &size, input, uLong(input.count), 6) == Z_OK else {
      throw FormatError.malformed(
        path: path, reason: "zlib could not compress the picture", remedy: "free some memory")
    }
    return Array(output.prefix(Int(size)))
  }

  private static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let content = Array(kind.utf8) + data
    let checksum = content.withUnsafeBytes { Inflate.checksum($0) }
    return bytes(UInt32(data.count)) + content + bytes(checksum)
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
