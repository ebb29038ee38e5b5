// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseZlib
package import Foundation

/// Pictures as PNG, 8 bits for each of red, green and blue.
package enum PNG {
  /// A picture.
  ///
  /// - Parameters:
  ///   - pixels: red, green and blue of each pixel, row by row from the top.
  ///   - width: pixels in a row.
  /// - Returns: the file's content.
  package static func encode(_ pixels: [UInt8], width: Int) -> Data {
    let row = 3 * width
    precondition(width > 0 && pixels.count % row == 0, "\(pixels.count) bytes in rows of \(row)")
    let height = pixels.count / row
    var lines = Data(capacity: pixels.count + height)
    for line in 0..<height {
      lines.append(0)  // The filter of the row: none.
      lines.append(contentsOf: pixels[line * row..<(line + 1) * row])
    }
    let depthAndColours: [UInt8] = [8, 2, 0, 0, 0]
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", bytes(UInt32(width)) + bytes(UInt32(height)) + Data(depthAndColours))
      + chunk("IDAT", deflated(lines)) + chunk("IEND", Data())
  }

  /// Length, name, content, and the checksum of name and content.
  private static func chunk(_ name: String, _ content: Data) -> Data {
    let named = Data(name.utf8) + content
    return bytes(UInt32(content.count)) + named + bytes(CRC32.of(named))
  }

  private static func bytes(_ value: UInt32) -> Data {
    withUnsafeBytes(of: value.bigEndian) { Data($0) }
  }

  private static func deflated(_ data: Data) -> Data {
    var count = compressBound(uLong(data.count))
    var output = [UInt8](repeating: 0, count: Int(count))
    let status = data.withUnsafeBytes { input in
      compress2(
        &output, &count, input.bindMemory(to: UInt8.self).baseAddress, uLong(data.count),
        Z_DEFAULT_COMPRESSION)
    }
    precondition(status == Z_OK, "zlib refuses a buffer of the size that it asked for")
    return Data(output.prefix(Int(count)))
  }
}
