internal import Formats

/// An array of an npy file, or of an npz file that holds one: as it is.
struct ArrayFeature: MediaFeature {
  let description: ModalityDescription

  var settings: String { "array \(description.kind.rawValue) \(description.type.rawValue)" }

  var record: FeatureRecord { .array }

  /// Arrays of a known kind, shape and type.
  init(description: ModalityDescription) { self.description = description }

  /// What the first sample's file looks like is what all must. Throws `EquipoiseError` or `FormatError`.
  init(like path: String, kind: ModalityKind?) throws {
    let array = try Self.read(path)
    let byRank: [ModalityKind] = [.vector, .sequence, .image, .video]
    guard byRank.indices.contains(array.shape.count - 1) else {
      throw EquipoiseError(
        .data, "\(array) is of no kind of modality", at: path, fix: "give 1 to 4 dimensions")
    }
    let keeps: [ElementType] = [.uint8, .int8, .float16, .bfloat16, .float32]
    description = ModalityDescription(
      kind: kind ?? byRank[array.shape.count - 1], shape: array.shape,
      type: keeps.contains(array.type) ? array.type : .float32)
    if let problem = description.problem {
      throw EquipoiseError(.data, problem, at: path, fix: "correct the array or its kind")
    }
  }

  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("ArrayFeature: no file of '\(id)'") }
    let array = try Self.read(path)
    guard array.shape == description.shape else {
      throw EquipoiseError(
        .data, "\(array) does not have the shape \(description.shape) of the first sample",
        at: path,
        fix: "give arrays of one shape")
    }
    guard array.withUnsafeBytes({ Finiteness.isFinite($0, array.type) }) else {
      throw EquipoiseError(.data, "it is not finite", at: path, fix: "correct it or leave it out")
    }
    return array.type == description.type
      ? array : HostArray(floats: array.floats(), shape: array.shape)
  }

  private static func read(_ path: String) throws -> HostArray {
    guard path.hasSuffix(".npz") else { return try NPY.read(path) }
    let archive = try NPZ(path: path)
    guard archive.names.count == 1, let name = archive.names.first else {
      throw EquipoiseError(
        .data, "it holds \(archive.names.count) arrays", at: path, fix: "give files with one array")
    }
    return try archive.read(name)
  }
}
