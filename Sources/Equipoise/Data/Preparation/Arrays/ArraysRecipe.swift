internal import Formats
internal import Foundation

/// A dataset from array files, one per modality, and a table with labels and splits.
public struct ArraysRecipe: DatasetRecipe {
  /// The name on the command line.
  public static let name = "arrays"
  /// What it makes, and from what.
  public static let summary =
    "npy or npz arrays, one row per sample, and a csv table with label and split columns"

  private let options: ArraysOptions

  /// The recipe with these settings.
  public init(_ options: ArraysOptions) { self.options = options.resolved }

  /// Makes the dataset.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let table = try ArrayTable(options, folder: input)
    let sources = try ArraySource.all(options, folder: input, rows: table.rowCount)
    for note in notes(table) { report(.note(note)) }
    let writer = try DatasetWriter(
      folder: output, description: description(table, sources, input),
      standardising: options.standardise ? Set(sources.map(\.name)) : [])
    for (done, row) in table.rows.enumerated() {
      let inputs = try sources.map { try $0.sample(row.index) }
      try writer.append(
        PreparedSample(inputs: inputs, label: row.label, group: row.group, id: row.id),
        to: row.split)
      report(.progress(done + 1, of: table.rows.count))
    }
    return try writer.finish()
  }

  private func notes(_ table: ArrayTable) -> [String] {
    var notes: [String] = []
    if table.unlabelled > 0 {
      notes.append(
        "\(table.unlabelled) of \(table.rowCount) rows have no label in column "
          + "'\(options.label ?? "label")' and are left out")
    }
    if table.unassigned > 0 {
      notes.append(
        "\(table.unassigned) of \(table.rowCount) rows belong to none of the splits and are left "
          + "out")
    }
    return notes + (options.warning.map { [$0] } ?? [])
  }

  private func description(
    _ table: ArrayTable, _ sources: [ArraySource], _ input: String
  ) -> DatasetDescription {
    var extra = ["label": options.label ?? "label", "split": options.split ?? "split"]
    if !table.groups.isEmpty { extra["groups"] = table.groups.joined(separator: ", ") }
    if let warning = options.warning { extra["warning"] = warning }
    return DatasetDescription(
      name: options.name ?? URL(fileURLWithPath: input).lastPathComponent,
      classes: table.classes,
      modalities: Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0.description) }),
      extra: extra)
  }
}
