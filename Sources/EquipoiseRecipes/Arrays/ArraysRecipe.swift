// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// A dataset from array files, one per modality, and a table with labels and splits.
public struct ArraysRecipe: DatasetRecipe, LeavingOutRecipe {
  /// The recipe's name.
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
    try prepare(input: input, output: output, maxCorrupt: 0, report: report)
  }

  package func prepare(
    input: String, output: String, maxCorrupt: Int, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let table = try ArrayTable(options, folder: input)
    var sources = try ArraySource.all(options, folder: input, rows: table.rowCount)
    let missing = missing(table, sources)
    if options.missingValues == .absent {
      for place in sources.indices {
        sources[place].leaveOutMissingValues(in: table.rows.map(\.index))
      }
    }
    for note in notes(table) { report(.note(note)) }
    let corrupt = try corrupt(
      table, sources, allowed: options.missingValues == .drop ? table.rowCount : maxCorrupt)
    let used = table.rows.filter { corrupt[$0.index] == nil }
    let absences = absences(used, sources)
    for (name, count) in absences.sorted(by: { $0.key < $1.key }) {
      report(.note(Enumeration.lacking(count, of: used.count, name)))
    }
    let fillers = fillers(sources, missing, report)
    let writer = try DatasetWriter(
      folder: output, description: description(table, sources, missing, input),
      standardising: options.standardise ? Set(sources.map(\.name)) : [],
      lengths: Set(sources.filter { $0.lengths != nil }.map(\.name)),
      absences: Set(absences.keys))
    for (done, row) in table.rows.enumerated() where corrupt[row.index] == nil {
      let inputs = try sources.enumerated().map { place, source in
        source.isPresent(row.index)
          ? try source.sample(row.index, filling: fillers[place])
          : try source.description.nothing
      }
      var sample = PreparedSample(inputs: inputs, answer: row.answer, group: row.group, id: row.id)
      sample.absent = Set(sources.filter { !$0.isPresent(row.index) }.map(\.name))
      for source in sources where source.isPresent(row.index) {
        sample.lengths[source.name] = source.lengths?[row.index]
      }
      try writer.append(sample, to: row.split)
      report(.progress(done + 1, of: table.rows.count))
    }
    let description = try writer.finish()
    if !corrupt.isEmpty {
      try write(corrupt, of: table, to: output + "/corrupt.csv")
      report(.note("left out \(corrupt.count) corrupt rows, listed in \(output)/corrupt.csv"))
    }
    return description
  }

  /// What is wrong with rows, by their place in the arrays: looked for before anything is written. Throws
  /// `EquipoiseError` for more than may be left out.
  private func corrupt(
    _ table: ArrayTable, _ sources: [ArraySource], allowed: Int
  ) throws -> [Int: String] {
    var found: [Int: String] = [:]
    var first: (place: String, problem: String)?
    for row in table.rows where !sources.contains(where: { $0.isPresent(row.index) }) {
      found[row.index] = "the sample has none of the modalities"
      first = first ?? (sources[0].path, "row \(row.index) has none of the modalities")
    }
    if let first, found.count > allowed {
      throw EquipoiseError(
        .data,
        first.problem
          + (found.count > 1
            ? ", and neither \(found.count == 2 ? "has 1 more row" : "have \(found.count - 1) more rows")"
            : ""),
        at: first.place,
        fix: "leave such rows out; up to N are with \(.argument("maxCorrupt=N"))")
    }
    guard [.refuse, .drop].contains(options.missingValues) else { return found }
    // Those may be left out; what is said below is of numbers.
    first = nil
    for row in table.rows {
      for source in sources where source.isPresent(row.index) {
        guard found[row.index] == nil, let problem = source.problem(row.index) else { continue }
        found[row.index] = "\(source.name): \(problem)"
        first = first ?? (source.path, "row \(row.index) is not finite: \(problem)")
      }
    }
    guard let first, found.count > allowed else { return found }
    throw EquipoiseError(
      .data,
      first.problem + (found.count > 1 ? ", and so are \(found.count - 1) more rows" : ""),
      at: first.place,
      fix: StoredNumbers.missingValues
        + ", or set missingValues to zero, mean, drop or absent; up to N such rows are left out with "
        + "\(.argument("maxCorrupt=N"))")
  }

  private func write(_ corrupt: [Int: String], of table: ArrayTable, to path: String) throws {
    let lines = table.rows.compactMap { row in
      corrupt[row.index].map {
        CSV.line(["\(row.index)", row.id ?? "", row.split.rawValue, $0])
      }
    }
    let text = CSV.line(["row", "id", "split", "problem"]) + lines.joined()
    try AtomicFile.write(data: Data(text.utf8), to: path)
  }

  /// What each source lacks; nothing where that is refused.
  private func missing(_ table: ArrayTable, _ sources: [ArraySource]) -> [ArraySource.Missing] {
    guard options.missingValues != .refuse else { return sources.map { _ in .nothing } }
    // Means are of the training rows, and of no use to other rules.
    let training =
      options.missingValues == .mean
      ? table.rows.filter { $0.split == .train }.map(\.index) : []
    return sources.map { $0.missingValues(in: table.rows.map(\.index), training: training) }
  }

  /// What takes the place of numbers that are not finite, one number for each channel of each source; nil where
  /// nothing does.
  private func fillers(
    _ sources: [ArraySource], _ missing: [ArraySource.Missing],
    _ report: (PreparationEvent) -> Void
  ) -> [[Float]?] {
    guard [.zero, .mean].contains(options.missingValues) else { return sources.map { _ in nil } }
    return zip(sources, missing).map { source, found in
      guard found.count > 0 else { return nil }
      report(
        .note(
          "\(found.count) numbers of '\(source.name)' in \(Enumeration.count(found.rows, "row")) are not there: "
            + (options.missingValues == .zero
              ? "they become 0" : "they become their channel's mean over the training split")))
      return options.missingValues == .zero ? found.means.map { _ in 0 } : found.means
    }
  }

  /// How many of some samples lack each modality, of those that some lack.
  private func absences(_ rows: [ArrayTable.Row], _ sources: [ArraySource]) -> [String: Int] {
    let counts = sources.map { source in
      (source.name, rows.count { !source.isPresent($0.index) })
    }
    return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
  }

  private func notes(_ table: ArrayTable) -> [String] {
    var notes: [String] = []
    if table.unlabelled > 0 {
      notes.append(
        "\(table.unlabelled) of \(table.rowCount) rows have no label in column "
          + "'\(options.label ?? "label")' and are left out")
    }
    if !table.unassigned.isEmpty {
      let values = table.unassigned.keys.sorted()
      notes.append(
        "\(table.unassigned.values.reduce(0, +)) of \(table.rowCount) rows belong to none of the splits and "
          + "are left out: column '\(split)' holds \(TableCell.shown(values)) there"
      )
    }
    return table.notes + notes + (options.warning.map { [$0] } ?? [])
  }

  private func description(
    _ table: ArrayTable, _ sources: [ArraySource], _ missing: [ArraySource.Missing],
    _ input: String
  ) -> DatasetDescription {
    var extra = ["label": options.label ?? "label", "split": split]
    if options.missingValues != .refuse {
      let counts = zip(sources, missing).filter { $1.count > 0 }.map { source, found in
        (source.name, MissingNumbers.Count(numbers: found.count, samples: found.rows))
      }
      let note = MissingNumbers(
        policy: options.missingValues.rawValue,
        modalities: Dictionary(uniqueKeysWithValues: counts))
      extra.merge(note.notes) { $1 }
    }
    if !table.groups.isEmpty { extra["groups"] = table.groups.joined(separator: ", ") }
    if let warning = options.warning { extra["warning"] = warning }
    return DatasetDescription(
      name: options.name ?? URL(fileURLWithPath: input).lastPathComponent,
      classes: table.classes,
      modalities: Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0.description) }),
      extra: extra, task: options.task, targets: table.targets)
  }

  /// The name of the split column, which may not be there.
  private var split: String { options.split ?? "split" }
}
