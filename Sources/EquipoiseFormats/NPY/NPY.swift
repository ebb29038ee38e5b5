// SPDX-License-Identifier: Apache-2.0
/// NumPy's `.npy` files, versions 1.0 to 3.0, without pickle.
package enum NPY {
  /// The array in the file at `path`; mapped without a copy when it is little endian and row-major.
  ///
  /// uint32 and uint64 arrays come back as int64. Throws `FormatError`.
  package static func read(_ path: String) throws -> HostArray {
    try parse(ByteSlice(try MappedFile(path: path)), path: path)
  }

  /// What the header of the file at `path` says; the numbers are not read. Throws `FormatError`, also for a
  /// file that is shorter or longer than that.
  package static func info(_ path: String) throws -> ArrayInfo {
    let file = ByteSlice(try MappedFile(path: path))
    return try header(of: file, size: file.count, path: path).info
  }

  /// Writes `array` to `path` atomically, version 1.0. Throws `FormatError`.
  package static func write(_ array: HostArray, to path: String) throws {
    guard let code = NPYElement.codes.first(where: { $0.type == array.type })?.code else {
      throw FormatError.unsupported(
        path: path, reason: "NumPy has no \(array.type.rawValue)",
        remedy: "convert the array to float32, or write safetensors")
    }
    try AtomicFile.write(to: path) { sink in
      try sink.write(header(code: code, type: array.type, shape: array.shape))
      try array.withUnsafeBytes { try sink.write($0) }
    }
  }

  /// The array in `file`, whose name in errors is `path`.
  static func parse(_ file: ByteSlice, path: String) throws -> HostArray {
    let header = try header(of: file, size: file.count, path: path)
    let data = file[header.dataOffset..<file.count]
    let native = header.element.bigEndian ? try data.byteSwapped(width: header.element.width) : data
    let ordered =
      header.fortranOrder
      ? try native.rowMajor(fromColumnMajor: header.shape, width: header.element.width) : native
    return try array(ordered, header, path)
  }

  /// The header at the start of `file`, of which `size` bytes are there or promised. Throws `FormatError` for a
  /// header that other than so many bytes belong to.
  static func header(of file: ByteSlice, size: Int, path: String) throws -> NPYHeader {
    let header = try file.withBytes { bytes in
      let reader = ByteReader(bytes: bytes, path: path)
      guard bytes.starts(with: magic) else {
        throw reader.malformed("is not a npy file", "save the array with numpy.save")
      }
      return try NPYHeader(reader)
    }
    guard header.byteCount == size else {
      throw FormatError.malformed(
        path: path,
        reason: "the shape \(header.shape) of \(header.element.width)-byte elements "
          + "does not match the \(size - header.dataOffset) bytes of data",
        remedy: "the file is damaged or incomplete: copy or make it again")
    }
    return header
  }

  private static let magic = [0x93] + Array("NUMPY".utf8)

  private static func array(
    _ data: ByteSlice, _ header: NPYHeader, _ path: String
  ) throws -> HostArray {
    switch header.element.kind {
    case .plain(let type): HostArray(type: type, shape: header.shape, storage: data)
    case .uint32: try widened(data, UInt32.self, header.shape, path)
    case .uint64: try widened(data, UInt64.self, header.shape, path)
    }
  }

  private static func widened<Value: FixedWidthInteger & BitwiseCopyable>(
    _ data: ByteSlice, _ type: Value.Type, _ shape: [Int], _ path: String
  ) throws -> HostArray {
    let width = MemoryLayout<Value>.size
    let values = try data.withBytes { bytes in
      try SpilledBytes.filled(count: bytes.count / width * 8) { target in
        for index in 0..<bytes.count / width {
          let value = bytes.loadUnaligned(fromByteOffset: index * width, as: type)
          guard let whole = Int64(exactly: value) else {
            throw FormatError.unsupported(
              path: path, reason: "the uint64 value \(value) does not fit int64",
              remedy: "save smaller numbers or float64")
          }
          target.storeBytes(of: whole, toByteOffset: index * 8, as: Int64.self)
        }
      }
    }
    return HostArray(type: .int64, shape: shape, storage: ByteSlice(values))
  }

  /// Magic, version, length and a header padded so that the elements start at a multiple of 64.
  private static func header(code: String, type: ElementType, shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let order = type.byteCount == 1 ? "|" : "<"
    let text = "{'descr': '\(order)\(code)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let prefix = 10
    let total = (prefix + text.utf8.count + 1 + 63) / 64 * 64
    let padding = String(repeating: " ", count: total - prefix - text.utf8.count - 1)
    let length = total - prefix
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array((text + padding + "\n").utf8)
  }
}
