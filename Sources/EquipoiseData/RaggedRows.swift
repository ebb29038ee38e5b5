// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Joins what files say of each sample of a modality.
enum RaggedRows {
  /// One list for each modality, over all files; nil where no file says anything. All files of a split say it, or none
  /// does: of a split that does not, every sample has `filling`.
  static func joined<Value>(
    _ shards: [Shard], _ modalities: [DatasetModality], of folder: String,
    _ name: (String) -> String, _ rows: (Shard, Int) -> [Value]?,
    filledWith filling: (Int) -> Value
  ) throws -> [[Value]?] {
    try modalities.indices.map { modality in
      var said: [Split: Bool] = [:]
      for shard in shards {
        let says = rows(shard, modality) != nil
        guard said.updateValue(says, forKey: shard.split) ?? says == says else {
          throw Samples.uneven(name(modalities[modality].name), shard.split, folder)
        }
      }
      guard said.values.contains(true) else { return nil }
      return shards.flatMap { shard in
        rows(shard, modality) ?? [Value](repeating: filling(modality), count: shard.count)
      }
    }
  }
}
