// SPDX-License-Identifier: Apache-2.0
/// Bounds-checked reading of integers and ranges from untrusted bytes.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  let path: String

  /// The integer at `offset`, little endian unless `bigEndian`. Throws when it is out of bounds.
  func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Value.Type = Value.self, bigEndian: Bool = false
  ) throws -> Value {
    try check(offset, MemoryLayout<Value>.size)
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: type)
    return bigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
  }

  /// `count` bytes from `offset`. Throws when they are out of bounds.
  func slice(at offset: Int, count: Int) throws -> UnsafeRawBufferPointer {
    try check(offset, count)
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// Whether the bytes at `offset` spell `text`; false when they are out of bounds.
  func matches(_ text: StaticString, at offset: Int) -> Bool {
    let count = text.utf8CodeUnitCount
    guard offset >= 0, count <= bytes.count, offset <= bytes.count - count else { return false }
    return text.withUTF8Buffer { bytes[offset..<offset + count].elementsEqual($0) }
  }

  func malformed(
    _ reason: String,
    _ remedy: String = "the file is damaged or incomplete: copy or make it again"
  ) -> FormatError {
    .malformed(path: path, reason: reason, remedy: remedy)
  }

  private func check(_ offset: Int, _ count: Int) throws {
    guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else {
      throw malformed(
        "ends early: \(count) bytes are expected at offset \(offset), the file has \(bytes.count)")
    }
  }
}
