import Foundation
import Testing

@testable import Formats

struct TFRecordTests {
  /// The check value of CRC-32C's definition, and RFC 3720's 32 zero bytes.
  @Test func checksums() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum(Data(count: 32)) == 0x8A91_36AA)
  }

  @Test func frames() {
    let frame = TFRecord.frame(Data([7, 8, 9]))
    #expect(frame.count == 8 + 4 + 3 + 4)
    #expect(Array(frame.prefix(8)) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(frame[12..<15]) == [7, 8, 9])
  }
}
