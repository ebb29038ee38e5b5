// SPDX-License-Identifier: Apache-2.0
/// One file of a zip archive, as the central directory describes it.
struct ZipMember {
  let name: String
  let flags: UInt16
  let method: UInt16
  let checksum: UInt32
  let compressedSize: Int
  let size: Int
  let headerOffset: Int
}

/// The central directory of a zip archive, with the zip64 extension.
struct ZipDirectory {
  let members: [ZipMember]
  /// Where the directory starts: members' data must end before.
  let offset: Int

  init(_ reader: ByteReader) throws {
    let end = try Self.findEnd(reader)
    let location = try Self.locate(reader, end: end)
    offset = location.offset
    var members: [ZipMember] = []
    var position = location.offset
    for _ in 0..<location.count {
      let (member, next) = try Self.member(reader, at: position)
      members.append(member)
      position = next
    }
    guard position == location.end else {
      throw reader.malformed("the zip directory does not end where it should")
    }
    self.members = members
  }

  /// The end record: 22 bytes and a comment, at the end of the file.
  private static func findEnd(_ reader: ByteReader) throws -> Int {
    let last = reader.bytes.count - 22
    if last >= 0 {
      for position in stride(from: last, through: max(0, last - 0xFFFF), by: -1)
      where reader.matches("PK\u{5}\u{6}", at: position) {
        let comment = Int(try reader.integer(at: position + 20, as: UInt16.self))
        if position + 22 + comment == reader.bytes.count { return position }
      }
    }
    throw reader.malformed(
      "is not a zip archive or is cut off",
      "save the arrays again with numpy.savez, or copy the whole file")
  }

  private static func locate(
    _ reader: ByteReader, end: Int
  ) throws -> (offset: Int, count: Int, end: Int) {
    var count = UInt64(try reader.integer(at: end + 10, as: UInt16.self))
    var size = UInt64(try reader.integer(at: end + 12, as: UInt32.self))
    var offset = UInt64(try reader.integer(at: end + 16, as: UInt32.self))
    var directoryEnd = end
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      guard reader.matches("PK\u{6}\u{7}", at: end - 20),
        let record = Int(exactly: try reader.integer(at: end - 12, as: UInt64.self)),
        reader.matches("PK\u{6}\u{6}", at: record)
      else { throw reader.malformed("the zip64 directory is missing") }
      count = try reader.integer(at: record + 32)
      size = try reader.integer(at: record + 40)
      offset = try reader.integer(at: record + 48)
      directoryEnd = record
    }
    let (sum, overflow) = offset.addingReportingOverflow(size)
    // An entry takes at least 46 bytes, so that the count cannot exceed what the file can hold.
    guard !overflow, sum == UInt64(directoryEnd), count <= size / 46 else {
      throw reader.malformed("the zip directory is not where the end of the file says")
    }
    return (Int(offset), Int(count), directoryEnd)
  }

  private static func member(
    _ reader: ByteReader, at position: Int
  ) throws -> (ZipMember, next: Int) {
    guard reader.matches("PK\u{1}\u{2}", at: position) else {
      throw reader.malformed("the zip directory is damaged at offset \(position)")
    }
    let nameCount = Int(try reader.integer(at: position + 28, as: UInt16.self))
    let extraCount = Int(try reader.integer(at: position + 30, as: UInt16.self))
    let commentCount = Int(try reader.integer(at: position + 32, as: UInt16.self))
    let nameBytes = try reader.slice(at: position + 46, count: nameCount)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw reader.malformed("a name in the zip directory is not UTF-8")
    }
    var sizes = Zip64Sizes(
      size: UInt64(try reader.integer(at: position + 24, as: UInt32.self)),
      compressedSize: UInt64(try reader.integer(at: position + 20, as: UInt32.self)),
      headerOffset: UInt64(try reader.integer(at: position + 42, as: UInt32.self)))
    try sizes.extend(reader, at: position + 46 + nameCount, count: extraCount)
    guard let size = Int(exactly: sizes.size),
      let compressedSize = Int(exactly: sizes.compressedSize),
      let headerOffset = Int(exactly: sizes.headerOffset)
    else { throw reader.malformed("the sizes of '\(name)' in the zip directory are absurd") }
    let member = ZipMember(
      name: name, flags: try reader.integer(at: position + 8),
      method: try reader.integer(at: position + 10),
      checksum: try reader.integer(at: position + 16),
      compressedSize: compressedSize, size: size, headerOffset: headerOffset)
    return (member, position + 46 + nameCount + extraCount + commentCount)
  }
}

/// The three numbers that zip64 moves to an extra field when they do not fit 32 bits.
private struct Zip64Sizes {
  var size: UInt64
  var compressedSize: UInt64
  var headerOffset: UInt64

  mutating func extend(_ reader: ByteReader, at start: Int, count: Int) throws {
    let fields = ByteReader(
      bytes: try reader.slice(at: start, count: count), path: reader.path)
    var position = 0
    while position + 4 <= count {
      let tag: UInt16 = try fields.integer(at: position)
      let length = Int(try fields.integer(at: position + 2, as: UInt16.self))
      if tag == 1 {
        var values = ByteReader(
          bytes: try fields.slice(at: position + 4, count: length), path: reader.path)
        try Self.replace(&size, &values)
        try Self.replace(&compressedSize, &values)
        try Self.replace(&headerOffset, &values)
      }
      position += 4 + length
    }
  }

  /// Present only for a number whose 32-bit field is full, in this order.
  private static func replace(_ value: inout UInt64, _ values: inout ByteReader) throws {
    guard value == 0xFFFF_FFFF else { return }
    value = try values.integer(at: 0)
    values = ByteReader(
      bytes: UnsafeRawBufferPointer(rebasing: values.bytes[8...]), path: values.path)
  }
}
