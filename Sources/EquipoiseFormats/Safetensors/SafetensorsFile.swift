// SPDX-License-Identifier: Apache-2.0
/// A safetensors file, mapped and validated; its tensors are views of the file.
package struct SafetensorsFile: Sendable {
  /// The tensors' names, sorted.
  package let names: [String]
  /// The text under `__metadata__`.
  package let metadata: [String: String]
  /// The file's path, as given.
  package let path: String

  let file: ByteSlice
  private let tensors: [String: SafetensorsHeader.Tensor]

  /// Maps the file at `path` and validates its whole header. Throws `FormatError`.
  package init(path: String) throws {
    try self.init(ByteSlice(try MappedFile(path: path)), path: path)
  }

  /// The content `file`, whose name in errors is `path`.
  init(_ file: ByteSlice, path: String) throws {
    let header = try file.withBytes { try SafetensorsHeader(ByteReader(bytes: $0, path: path)) }
    self.file = file
    self.path = path
    metadata = header.metadata
    tensors = header.tensors
    names = tensors.keys.sorted()
  }

  /// The type and shape of a tensor. Throws `FormatError`; a misspelt name gets a suggestion.
  package func info(_ name: String) throws -> TensorInfo {
    try tensor(name).info
  }

  /// A tensor as a view of the mapped file. Throws `FormatError` as `info(_:)` does.
  package func array(_ name: String) throws -> HostArray {
    let tensor = try tensor(name)
    return HostArray(
      type: tensor.info.type, shape: tensor.info.shape, storage: file[tensor.range])
  }

  /// Throws `FormatError` when another program has shortened the file since it was opened.
  package func checkWhole() throws { try (file.owner as? MappedFile)?.checkWhole() }

  private func tensor(_ name: String) throws -> SafetensorsHeader.Tensor {
    guard let tensor = tensors[name] else {
      throw FormatError.missing(
        path: path, reason: "holds no tensor '\(name)'", remedy: Nearest.hint(name, in: names))
    }
    return tensor
  }
}
