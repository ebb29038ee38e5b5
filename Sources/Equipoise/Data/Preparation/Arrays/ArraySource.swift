internal import Formats
internal import Foundation

/// One modality's array, as it will be stored.
struct ArraySource {
  let name: String
  let description: ModalityDescription
  private let path: String
  private let array: HostArray

  /// Opens the array. Throws `EquipoiseError` or `FormatError` when it does not fit the table.
  init(_ name: String, _ options: ArrayModalityOptions, folder: String, rows: Int) throws {
    self.name = name
    let path = folder + "/" + (options.file ?? name + ".npy")
    self.path = options.key.map { "\(path): \($0)" } ?? path
    if path.hasSuffix(".npz") {
      let archive = try NPZ(path: path)
      guard let key = options.key ?? (archive.names.count == 1 ? archive.names.first : nil) else {
        throw EquipoiseError(
          .configuration, "an npz file needs the name of an array", at: "modalities.\(name).key",
          fix: "choose from \(archive.names.prefix(8).joined(separator: ", "))")
      }
      array = try archive.read(key)
    } else {
      array = try NPY.read(path)
    }
    guard array.shape.first == rows else {
      throw EquipoiseError(
        .data, "\(array) does not have one row for each of the table's \(rows)", at: self.path,
        fix: "give an array whose first dimension counts the samples")
    }
    description = try Self.description(array, options, name)
  }

  /// What a row holds, in the array's own type.
  func raw(_ row: Int) -> HostArray { array.row(row) }

  /// The sample in a row, in the stored type. Throws `EquipoiseError` when it is not finite.
  func sample(_ row: Int) throws -> HostArray {
    let sample = raw(row)
    guard sample.withUnsafeBytes({ Finiteness.isFinite($0, array.type) }) else {
      throw EquipoiseError(
        .data, "row \(row) is not finite", at: path, fix: "correct the row or leave it out")
    }
    return sample.type == description.type
      ? sample : HostArray(floats: sample.floats(), shape: sample.shape)
  }

  /// uint8 and the small floating-point types stay; the rest becomes float32.
  private static func description(
    _ array: HostArray, _ options: ArrayModalityOptions, _ name: String
  ) throws -> ModalityDescription {
    let shape = Array(array.shape.dropFirst())
    let byRank: [ModalityKind] = [.vector, .sequence, .image, .video]
    let kind: ModalityKind
    if let wanted = options.kind {
      guard let known = ModalityKind(rawValue: wanted) else {
        throw EquipoiseError(
          .configuration, "'\(wanted)' is no kind of modality", at: "modalities.\(name).kind",
          fix: Nearest.hint(wanted, in: ModalityKind.allCases.map(\.rawValue)))
      }
      guard known.rank == shape.count else {
        throw EquipoiseError(
          .data, "samples of shape \(shape) are no \(wanted), which is \(known.axes)", at: name,
          fix: "give an array of \(known.rank + 1) dimensions")
      }
      kind = known
    } else {
      guard byRank.indices.contains(shape.count - 1) else {
        throw EquipoiseError(
          .data, "samples of shape \(shape) are of no kind of modality", at: name,
          fix: "give arrays of 2 to 5 dimensions")
      }
      kind = byRank[shape.count - 1]
    }
    let keeps: [ElementType] = [.uint8, .int8, .float16, .bfloat16, .float32]
    return ModalityDescription(
      kind: kind, shape: shape, type: keeps.contains(array.type) ? array.type : .float32)
  }
}

extension ArraySource {
  /// The modalities that the options name, sorted; without any, every npy file of the folder.
  static func all(_ options: ArraysOptions, folder: String, rows: Int) throws -> [ArraySource] {
    var names = options.modalities.names
    if names.isEmpty {
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
      names = (files ?? []).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }.sorted()
    }
    if let only = options.only {
      for name in only where !names.contains(name) {
        throw EquipoiseError(
          .configuration, "there is no modality '\(name)'", at: "only",
          fix: Nearest.hint(name, in: names))
      }
      names = names.filter(only.contains)
    }
    guard !names.isEmpty else {
      throw EquipoiseError(
        .data, "there are no npy files", at: folder,
        fix: "name the arrays, for example --set modalities.audio.file=audio.npz")
    }
    return try names.map {
      try ArraySource(
        $0, options.modalities[$0] ?? ArrayModalityOptions(), folder: folder, rows: rows)
    }
  }
}
