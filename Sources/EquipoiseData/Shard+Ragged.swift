// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

extension ModalityKind {
  /// Whether the first axis of a sample is time, so that a sample may have fewer steps than its shape.
  package var hasSteps: Bool { self == .sequence || self == .video || self == .text }
}

/// Names of the tensors that say what of a modality there is.
enum RaggedNames {
  /// int64 [N]: the valid steps of each sample.
  static func length(_ modality: String) -> String { modality + ".length" }
  /// uint8 [N]: 1 where a sample has the modality, 0 where it does not.
  static func present(_ modality: String) -> String { modality + ".present" }
}

extension Shard {
  /// The valid steps of each sample, from 1 to those of the shape; nil where the file does not say. Of a sample that
  /// lacks the modality, one.
  static func lengths(
    _ modality: DatasetModality, in file: SafetensorsFile, count: Int, present: [Bool]?
  ) throws -> [Int]? {
    let name = RaggedNames.length(modality.name)
    guard file.names.contains(name) else { return nil }
    let kind = modality.description.kind
    guard kind.hasSteps else {
      throw EquipoiseError(
        .data,
        "there is a tensor '\(name)', but '\(modality.name)' is of kind \(kind.rawValue), whose samples "
          + "have no steps", at: file.path,
        fix:
          "leave it out: lengths are those of sequences [L, C], videos [T, C, H, W] and texts [L]")
    }
    let most = modality.description.shape[0]
    return try integers(name, in: file, count: count).enumerated().map { row, length in
      guard present?[row] ?? true else { return 1 }
      guard (1...most).contains(length) else {
        throw EquipoiseError(
          .data, "row \(row) has \(length) in '\(name)', outside 1...\(most)", at: file.path,
          fix: length == 0
            ? "where a sample lacks the modality, say so with 0 in "
              + "'\(RaggedNames.present(modality.name))'"
            : "correct the length, or the shape in \(DatasetDescription.fileName)")
      }
      return length
    }
  }

  /// Which samples have which modalities, of all that the dataset has.
  struct Presence {
    private var rows: [String: [Bool]] = [:]

    /// Reads the tensors of a file. Throws `EquipoiseError` for other numbers than 0 and 1, and for a sample without
    /// any modality.
    init(_ description: DatasetDescription, in file: SafetensorsFile, count: Int) throws {
      for modality in description.modalities.keys.sorted() {
        let name = RaggedNames.present(modality)
        guard file.names.contains(name) else { continue }
        let array = try file.array(name)
        guard array.type == .uint8, array.shape == [count] else {
          throw Shard.mismatch(name, array, "uint8 [\(count)]", file.path)
        }
        let numbers = array.floats()
        if let row = numbers.firstIndex(where: { $0 > 1 }) {
          throw EquipoiseError(
            .data, "row \(row) has \(Int(numbers[row])) in '\(name)', not 0 or 1", at: file.path,
            fix: "write 1 where the sample has the modality, 0 where it does not")
        }
        rows[modality] = numbers.map { $0 == 1 }
      }
      guard rows.count == description.modalities.count,
        let empty = (0..<count).first(where: { row in rows.values.allSatisfy { !$0[row] } })
      else { return }
      throw EquipoiseError(
        .data, "row \(empty) has none of the modalities", at: file.path,
        fix: "leave the sample out")
    }

    /// For each sample whether it has a modality; nil where the file does not say.
    subscript(modality: String) -> [Bool]? { rows[modality] }
  }
}
