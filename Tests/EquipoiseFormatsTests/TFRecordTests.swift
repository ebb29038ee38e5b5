// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

struct TFRecordTests {
  /// The check value of CRC-32C's definition, and RFC 3720's 32 zero bytes.
  @Test func checksums() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum(Data(count: 32)) == 0x8A91_36AA)
  }

  /// Length, its masked checksum, the record and its masked checksum, by an implementation in Python.
  @Test func aWholeFrame() {
    let frame: [UInt8] = [
      9, 0, 0, 0, 0, 0, 0, 0, 55, 249, 113, 57, 49, 50, 51, 52, 53, 54, 55, 56, 57, 229, 176, 138,
      199,
    ]
    #expect(Array(TFRecord.frame(Data("123456789".utf8))) == frame)
  }

  @Test func frames() {
    let frame = TFRecord.frame(Data([7, 8, 9]))
    #expect(frame.count == 8 + 4 + 3 + 4)
    #expect(Array(frame.prefix(8)) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(frame[12..<15]) == [7, 8, 9])
  }
}
