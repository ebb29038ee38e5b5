// SPDX-License-Identifier: Apache-2.0
/// The IDX format of MNIST's files, plain or compressed by gzip.
package enum IDX {
  /// The array in the file at `path`. Throws `FormatError`.
  package static func read(_ path: String) throws -> HostArray {
    try parse(ByteSlice(try MappedFile(path: path)), path: path)
  }

  /// The array in `file`, whose name in errors is `path`.
  static func parse(_ file: ByteSlice, path: String) throws -> HostArray {
    let content = try inflated(file, path)
    let (type, shape, offset) = try content.withBytes {
      try header(ByteReader(bytes: $0, path: path))
    }
    let data = content[offset..<content.count]
    try check(type, shape, dataCount: data.count, path)
    return HostArray(
      type: type, shape: shape, storage: try data.byteSwapped(width: type.byteCount))
  }

  private static func check(
    _ type: ElementType, _ shape: [Int], dataCount: Int, _ path: String
  ) throws {
    guard Shape.byteCount(shape, type) == dataCount else {
      throw FormatError.malformed(
        path: path,
        reason: "\(dataCount) bytes of data do not make \(type.rawValue) \(shape)",
        remedy: "the file is damaged or incomplete: copy it again")
    }
  }

  private static func header(_ reader: ByteReader) throws -> (ElementType, [Int], Int) {
    let types: [UInt8: ElementType] = [
      0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]
    guard try reader.integer(at: 0, as: UInt16.self) == 0,
      let type = types[try reader.integer(at: 2)]
    else {
      throw reader.malformed("is not an IDX file", "give a file such as train-images-idx3-ubyte")
    }
    let rank = Int(try reader.integer(at: 3, as: UInt8.self))
    let shape = try (0..<rank).map { axis in
      Int(try reader.integer(at: 4 + 4 * axis, as: UInt32.self, bigEndian: true))
    }
    return (type, shape, 4 + 4 * rank)
  }

  /// The content behind gzip, whose last four bytes tell its size.
  private static func inflated(_ file: ByteSlice, _ path: String) throws -> ByteSlice {
    try file.withBytes { bytes in
      guard bytes.starts(with: [0x1F, 0x8B]) else { return file }
      let reader = ByteReader(bytes: bytes, path: path)
      let count = Int(try reader.integer(at: bytes.count - 4, as: UInt32.self))
      guard Inflate.canHold(count, in: bytes.count) else {
        throw reader.malformed("claims to inflate to \(count) bytes, which gzip cannot do")
      }
      // The largest header: 255 dimensions.
      let start = try Inflate.start(bytes, container: .gzip, count: 1024, path: path)
      let (type, shape, offset) = try start.withUnsafeBytes {
        try header(ByteReader(bytes: $0, path: path))
      }
      try check(type, shape, dataCount: count - offset, path)
      return ByteSlice(
        try Inflate.inflate(bytes, container: .gzip, count: count, path: path))
    }
  }
}
