// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// TensorFlow's framing of records in a file: length, its checksum, the bytes, their checksum, all
/// little endian.
package enum TFRecord {
  /// A record in its frame.
  package static func frame(_ record: Data) -> Data {
    let length = bytes(UInt64(record.count))
    return length + bytes(masked(length)) + record + bytes(masked(record))
  }

  private static func bytes(_ value: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: value.littleEndian) { Data($0) }
  }

  /// The checksum of bytes that may hold checksums themselves: rotated and shifted CRC-32C.
  private static func masked(_ data: Data) -> UInt32 {
    let sum = CRC32C.checksum(data)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}

/// CRC-32 with Castagnoli's polynomial (RFC 3720, B.4).
enum CRC32C {
  static func checksum(_ data: some Sequence<UInt8>) -> UInt32 {
    ~data.reduce(~0) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78
    }
  }
}
