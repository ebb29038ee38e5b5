// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats

/// CMU-MOSI as series of words, sounds and faces, from what `scripts/export-multibench` makes of
/// MultiBench's pickle.
public struct CMUMOSIRecipe: DatasetRecipe {
  /// The recipe's name.
  public static let name = "cmu-mosi"
  /// What it makes, and from what.
  public static let summary =
    "text, audio and video series of spoken opinions, from scripts/export-multibench"

  /// Utterances of the published split.
  private static let published = [Split.train: 1284, .validation: 229, .test: 686]
  private let options: CMUMOSIOptions

  /// The recipe with these settings.
  public init(_ options: CMUMOSIOptions) { self.options = options }

  /// Makes the dataset.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let arrays = options.arrays
    let table = try ArrayTable(
      arrays, folder: input, scores: options.task == .classification ? options.labels : nil)
    let sources = try ArraySource.all(arrays, folder: input, rows: table.rowCount)
    try check(sources, input)
    let used = sources.filter { options.modalities.contains($0.name) }
    let writer = try DatasetWriter(
      folder: output, description: description(table, used),
      standardising: options.standardise ? Set(used.map(\.name)) : [],
      lengths: options.lengths ? Set(used.map(\.name)) : [])
    var counts: [Split: Int] = [:]
    var wordless = 0
    for (done, row) in table.rows.enumerated() {
      let series = UtteranceSeries(sources, row: row.index)
      if series.isWordless {
        wordless += 1
      } else {
        let inputs = used.map { series.input($0, length: options.length ?? $0.steps) }
        var sample = PreparedSample(
          inputs: inputs, answer: row.answer, group: row.group, id: row.id)
        for source in used where options.lengths {
          sample.lengths[source.name] = series.steps(
            source, length: options.length ?? source.steps)
        }
        try writer.append(sample, to: row.split)
        counts[row.split, default: 0] += 1
      }
      report(.progress(done + 1, of: table.rows.count))
    }
    for note in notes(table, counts, wordless) { report(.note(note)) }
    return try writer.finish()
  }

  private func check(_ sources: [ArraySource], _ input: String) throws {
    for source in sources where source.steps < 1 || source.channels < 1 {
      throw EquipoiseError(
        .data, "array '\(source.name)' is empty", at: input + "/cmu-mosi.npz",
        fix: "export the pickle again with scripts/export-multibench")
    }
  }

  private func notes(_ table: ArrayTable, _ counts: [Split: Int], _ wordless: Int) -> [String] {
    var notes: [String] = []
    let isClassification = options.task == .classification
    if table.unlabelled > 0, isClassification {
      notes.append("\(table.unlabelled) neutral utterances are left out by labels=without-neutral")
    }
    if wordless > 0 {
      notes.append("\(wordless) utterances without any word are left out, as MultiBench does")
    }
    if !(isClassification && options.labels == .withoutNeutral), counts != Self.published {
      let found = Split.allCases.map { "\(counts[$0] ?? 0)" }.joined(separator: "/")
      notes.append("\(found) utterances, not the 1284/229/686 of the published split")
    }
    return notes
  }

  private func description(_ table: ArrayTable, _ sources: [ArraySource]) -> DatasetDescription {
    let modalities = sources.map { source in
      let shape = [options.length ?? source.steps, source.channels]
      return (source.name, ModalityDescription(kind: .sequence, shape: shape, type: .float32))
    }
    return DatasetDescription(
      name: "cmu-mosi-series", classes: table.classes,
      modalities: Dictionary(uniqueKeysWithValues: modalities),
      extra: [
        "labels": options.task == .regression ? "sentiment" : options.labels.rawValue,
        "groups": table.groups.joined(separator: ", "), "split": "published",
      ], task: options.task,
      targets: table.targets.map {
        TargetDescription(
          name: "sentiment", unit: $0.unit, range: $0.range, sentiment: true)
      })
  }
}
