// SPDX-License-Identifier: Apache-2.0
internal import Equipoise

/// What a page says of a dataset that runs were made with.
struct ReportDataset: Encodable {
  let name: String
  let task: LearningTask
  /// Classes, labels or targets.
  let outputs: Int
  let modalities: [String]
  /// The samples of each split that it has.
  let samples: [String: Int]
  /// What became of numbers that were missing, in words; nil where that was refused.
  let missingValues: String?

  private init(_ description: DatasetDescription) {
    (name, task, outputs) = (description.name, description.task, description.outputs.count)
    modalities = description.modalities.keys.sorted()
    samples = Dictionary(
      uniqueKeysWithValues: description.splits.map { split, shards in
        (split.rawValue, shards.reduce(0) { $0 + $1.count })
      })
    missingValues = description.missingNumbers?.sentence
  }

  /// Each dataset once, in the order of their names.
  static func all(of descriptions: [DatasetDescription]) -> [ReportDataset] {
    var found: [DatasetDescription] = []
    for description in descriptions where !found.contains(description) { found.append(description) }
    return found.map(ReportDataset.init).sorted { $0.name < $1.name }
  }
}
