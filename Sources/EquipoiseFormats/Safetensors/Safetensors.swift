// SPDX-License-Identifier: Apache-2.0

/// Writing safetensors files at once, and files that carry a checksum of themselves.
package enum Safetensors {
  /// Writes the tensors atomically; a file with this content reads back with `SafetensorsFile`.
  ///
  /// Throws `FormatError`; the old file at `path` then stays.
  package static func write(
    to path: String, tensors: [(String, HostArray)], metadata: [String: String] = [:]
  ) throws {
    try write(to: path, tensors, metadata, checksummed: false)
  }

  /// As `write`, with metadata "sha256": the SHA-256 of the file with 64 zeros in its place.
  package static func writeChecksummed(
    to path: String, tensors: [(String, HostArray)], metadata: [String: String] = [:]
  ) throws {
    try write(to: path, tensors, metadata, checksummed: true)
  }

  /// Throws `FormatError` unless the file at `path` is valid and matches its own checksum.
  package static func verifyChecksum(_ path: String) throws {
    try SafetensorsFile(path: path).verifyChecksum()
  }

  static let checksumKey = "sha256"
  static let checksumBlank = String(repeating: "0", count: 64)

  /// Where the 64 digits are, from the start of the file.
  ///
  /// The bytes `"sha256":"` appear only as a key of `__metadata__`: within a JSON string the
  /// quotes would be escaped, and no tensor's value is a string.
  static func checksumOffset(inHeader header: some Collection<UInt8>) -> Int? {
    let key = Array("\"\(checksumKey)\":\"".utf8)
    var rest = header[...]
    while let quote = rest.firstIndex(of: key[0]) {
      rest = rest[quote...]
      if rest.starts(with: key) {
        return header.distance(from: header.startIndex, to: quote) + key.count
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func write(
    to path: String, _ tensors: [(String, HostArray)], _ metadata: [String: String],
    checksummed: Bool
  ) throws {
    let infos = tensors.map { TensorInfo(name: $0, type: $1.type, shape: $1.shape) }
    let writer = try SafetensorsWriter(
      path: path, tensors: infos, metadata: metadata, checksummed: checksummed)
    let arrays = Dictionary(tensors, uniquingKeysWith: { first, _ in first })
    try writer.write { tensor, append in
      try arrays[tensor.name]?.withUnsafeBytes(append)
    }
  }
}

extension SafetensorsFile {
  /// As `init(path:)`, and throws `FormatError` when the file contradicts a checksum that it carries.
  package init(verifying path: String) throws {
    try self.init(path: path)
    if hasChecksum { try verifyChecksum() }
  }

  /// Whether the file carries a checksum of itself.
  package var hasChecksum: Bool { metadata[Safetensors.checksumKey] != nil }

  /// Throws `FormatError` unless the file matches the checksum in its metadata.
  package func verifyChecksum() throws {
    guard let claimed = metadata[Safetensors.checksumKey] else {
      throw FormatError.malformed(
        path: path, reason: "has no checksum", remedy: "it was not written as a checkpoint")
    }
    let actual = try file.withBytes { bytes in
      let headerEnd =
        8 + Int(try ByteReader(bytes: bytes, path: path).integer(at: 0, as: UInt64.self))
      guard let offset = Safetensors.checksumOffset(inHeader: bytes[..<headerEnd]),
        offset + Safetensors.checksumBlank.utf8.count <= headerEnd
      else { return "" }
      let blank = Array(Safetensors.checksumBlank.utf8)
      let digest = RunningDigest()
      digest.update(UnsafeRawBufferPointer(rebasing: bytes[..<offset]))
      digest.update(blank)
      digest.update(UnsafeRawBufferPointer(rebasing: bytes[(offset + blank.count)...]))
      return digest.finish()
    }
    guard actual == claimed else {
      throw FormatError.malformed(
        path: path, reason: "its checksum does not match: the file is damaged",
        remedy: "use an earlier checkpoint or copy the file again")
    }
  }
}
