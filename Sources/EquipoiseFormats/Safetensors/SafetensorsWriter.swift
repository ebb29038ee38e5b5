// SPDX-License-Identifier: Apache-2.0

/// Writes a safetensors file tensor by tensor, without holding all of them in memory.
package struct SafetensorsWriter {
  /// The tensors in the order in which their bytes are asked for: as in the reference library,
  /// wider types first so that all data are aligned, then by name.
  package let tensors: [TensorInfo]

  private let path: String
  private let header: [UInt8]
  /// Where in the file the checksum goes.
  private let checksumOffset: Int?

  /// Plans a file at `path`; with `checksummed`, metadata gets a "sha256" of the whole file.
  ///
  /// Throws `FormatError` for a repeated or reserved name.
  package init(
    path: String, tensors: [TensorInfo], metadata: [String: String] = [:],
    checksummed: Bool = false
  ) throws {
    self.path = path
    self.tensors = tensors.sorted { first, second in
      let (left, right) = (Self.rank(first.type), Self.rank(second.type))
      return left == right
        ? first.name.utf8.lexicographicallyPrecedes(second.name.utf8) : left > right
    }
    try Self.checkNames(tensors, metadata, checksummed, path)
    var metadata = metadata
    if checksummed { metadata[Safetensors.checksumKey] = Safetensors.checksumBlank }
    header = try Self.header(self.tensors, metadata, path)
    checksumOffset = checksummed ? Safetensors.checksumOffset(inHeader: header) : nil
  }

  /// Writes the file atomically: calls `body` for each of `tensors` in order, which passes the
  /// tensor's bytes, in one or more pieces, to `append`.
  ///
  /// Throws what `body` throws, or `FormatError`; the old file at the path then stays.
  package func write(
    _ body: (_ tensor: TensorInfo, _ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    try AtomicFile.write(to: path) { sink in
      let digest = RunningDigest()
      func put(_ bytes: UnsafeRawBufferPointer) throws {
        if checksumOffset != nil { digest.update(bytes) }
        try sink.write(bytes)
      }
      try header.withUnsafeBytes(put)
      for tensor in tensors {
        var written = 0
        try body(tensor) { bytes in
          written += bytes.count
          try put(bytes)
        }
        precondition(
          written == Shape.byteCount(tensor.shape, tensor.type),
          "SafetensorsWriter: \(written) bytes given for '\(tensor.name)', "
            + "\(tensor.type.rawValue) \(tensor.shape)")
      }
      if let checksumOffset {
        try sink.overwrite(Array(digest.finish().utf8), at: checksumOffset)
      }
    }
  }

  /// The order of types in the reference library.
  private static func rank(_ type: ElementType) -> Int {
    let order: [ElementType] = [
      .bool, .uint8, .int8, .int16, .uint16, .float16, .bfloat16, .int32, .float32, .float64,
      .int64,
    ]
    return order.firstIndex(of: type) ?? order.count
  }

  private static func checkNames(
    _ tensors: [TensorInfo], _ metadata: [String: String], _ checksummed: Bool, _ path: String
  ) throws {
    var seen: Set<String> = []
    for tensor in tensors where !seen.insert(tensor.name).inserted {
      throw FormatError.malformed(
        path: path, reason: "two tensors are named '\(tensor.name)'", remedy: "rename one")
    }
    if seen.contains("__metadata__") {
      throw FormatError.malformed(
        path: path, reason: "a tensor is named '__metadata__', which the format reserves",
        remedy: "rename it")
    }
    if checksummed, metadata[Safetensors.checksumKey] != nil {
      throw FormatError.malformed(
        path: path, reason: "metadata already has '\(Safetensors.checksumKey)'",
        remedy: "use another key")
    }
  }

  /// The length, the JSON text and spaces up to a multiple of 8.
  private static func header(
    _ tensors: [TensorInfo], _ metadata: [String: String], _ path: String
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { StrictJSON.quoted($0) + ":" + StrictJSON.quoted($1) }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      guard let size = Shape.byteCount(tensor.shape, tensor.type) else {
        preconditionFailure("SafetensorsWriter: \(tensor.shape) is not a shape")
      }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        StrictJSON.quoted(tensor.name)
          + ":{\"dtype\":\"\(tensor.type.safetensorsName)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + size)]}")
      offset += size
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
