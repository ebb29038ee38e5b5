// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats

/// A safetensors file of tensors, validated when it is opened and read where it is asked for.
public struct TensorFile {
  /// The tensors' names, sorted.
  public var names: [String] { file.names }
  /// The text stored beside the tensors.
  public var metadata: [String: String] { file.metadata }
  /// The file.
  public var path: String { file.path }

  private let file: SafetensorsFile

  /// Opens a file.
  ///
  /// - Parameter path: a safetensors file.
  /// - Throws: `FormatError` when the file cannot be read or is damaged.
  public init(path: String) throws { file = try SafetensorsFile(path: path) }

  /// Whether the file carries a checksum of itself.
  public var hasChecksum: Bool { file.hasChecksum }

  /// Throws `FormatError` when the file contradicts the checksum in its metadata; a file without one passes.
  public func verify() throws {
    if file.hasChecksum { try file.verifyChecksum() }
  }

  /// One tensor, over the mapped file: it must not be written to.
  ///
  /// - Parameter name: one of ``names``.
  /// - Returns: the tensor, on the CPU, in the file's type.
  /// - Throws: `FormatError` with the nearest name when there is none of this name.
  public func tensor(_ name: String) throws -> Tensor { Tensor(try file.array(name)) }

  /// Every tensor by name, as ``tensor(_:)``.
  ///
  /// - Returns: the tensors.
  /// - Throws: `FormatError`.
  public func tensors() throws -> [String: Tensor] {
    try Dictionary(uniqueKeysWithValues: names.map { ($0, try tensor($0)) })
  }

  /// Writes tensors; what was at the path stays until the new file is complete.
  ///
  /// - Parameters:
  ///   - tensors: in any order, from any device; the file is sorted as the format's reference
  ///     library sorts.
  ///   - path: the file.
  ///   - metadata: text to store beside the tensors.
  ///   - checksummed: also stores a SHA-256 of the whole file.
  /// - Throws: `FormatError` when the disk refuses or a name comes twice.
  public static func write(
    _ tensors: [NamedTensor], to path: String, metadata: [String: String] = [:],
    checksummed: Bool = false
  ) throws {
    let infos = tensors.map {
      TensorInfo(name: $0.name, type: $0.tensor.dtype.elementType, shape: $0.tensor.shape)
    }
    let writer = try SafetensorsWriter(
      path: path, tensors: infos, metadata: metadata, checksummed: checksummed)
    let byName = Dictionary(uniqueKeysWithValues: tensors)
    try writer.write { info, append in try byName[info.name]?.withUnsafeBytes(append) }
  }
}
