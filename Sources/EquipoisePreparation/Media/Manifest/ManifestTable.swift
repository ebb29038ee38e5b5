// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseSettings
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// Reads a manifest.
struct ManifestTable {
  private let path: String
  private let folder: MediaFolder
  private let options: ManifestOptions
  private let features: FeatureCatalogue
  private let table: TextTable
  private var notes: [String] = []
  /// Bytes of a sample's name: a dataset keeps as many for each sample.
  private static let longestName = 1000

  /// Reads a table of media files.
  ///
  /// - Parameters:
  ///   - path: a CSV or JSONL file.
  ///   - folder: what its files are in.
  ///   - options: the columns' names and which to use.
  ///   - features: what files are by their endings.
  ///   - wanted: names of modalities: only columns of those names are read, and there need be no labels.
  /// - Returns: the rows as they were read.
  /// - Throws: `EquipoiseError` or `FormatError` naming the line at fault.
  static func rows(
    _ path: String, _ folder: MediaFolder, _ options: ManifestOptions,
    _ features: FeatureCatalogue, wanted: [String]? = nil
  ) throws -> ListedSamples {
    var reader = ManifestTable(
      path: path, folder: folder, options: options, features: features,
      table: try TableFile.read(path))
    return try reader.listed(wanted: wanted)
  }

  private init(
    path: String, folder: MediaFolder, options: ManifestOptions, features: FeatureCatalogue,
    table: TextTable
  ) {
    (self.path, self.folder, self.options, self.table) = (path, folder, options, table)
    self.features = features
  }

  private mutating func listed(wanted: [String]?) throws -> ListedSamples {
    let label = name(options.label)
    let answering = try answering(label)
    if wanted == nil, label == nil, answering.isEmpty {
      throw EquipoiseError(
        .data, "the table has no column '\(options.label)' of classes", at: path,
        fix: "name the column with \(.setting("label=COLUMN")); "
          + Nearest.hint(options.label, in: table.header))
    }
    let (id, split, group) = (name(options.id), name(options.split), name(options.group))
    let columns = table.header.filter {
      ![label, id, split, group].contains($0) && !answering.contains($0)
    }
    let modalities = try modalities(columns, wanted: wanted)
    let cells = try modalities.map(table.column)
    let used = (0..<table.rowCount).filter { row in
      !cells.allSatisfy { $0[row].isEmpty } || !isEmpty(row)
    }
    if used.count < table.rowCount {
      notes.append("\(table.rowCount - used.count) rows of \(path) are empty and left out")
    }
    let files = try zip(modalities, cells).map { try self.files($0, $1, used) }
    let labels = try label.map(table.column)
    let special = try [id, split, group].map { name in
      try name.map { try table.column($0).map(TableCell.trimmed) }
    }
    try checkNames(special[0], used)
    let digits = String(table.rowCount).count
    let rows = used.enumerated().map { position, row in
      let number = String(row + 1)
      let numbered = String(repeating: "0", count: digits - number.count) + number
      return ListedSamples.Row(
        id: special[0]?[row] ?? numbered, split: Self.given(special[1]?[row]) ?? "",
        label: labels?[row] ?? "", group: special[2].map { Self.given($0[row]) ?? "" },
        files: files.map { $0[position] }, place: place(row))
    }
    let answers = try answers(label, used, isWanted: wanted == nil)
    return ListedSamples(
      modalities: modalities, rows: rows, place: path, labelColumn: label, answers: answers,
      notes: notes + (answers?.notes ?? []))
  }

  /// The columns beside the label's that hold what is right, where the task is not classification.
  private func answering(_ label: String?) throws -> [String] {
    switch options.task {
    case .classification: return []
    case .multilabel: return options.labels ?? []
    case .regression:
      return options.targets ?? [TableAnswers.target(in: table, label: label)].compactMap { $0 }
    }
  }

  /// What is right for the rows that are used, where the task is not classification.
  private func answers(
    _ label: String?, _ used: [Int], isWanted: Bool
  ) throws -> TableAnswers? {
    guard options.task != .classification, isWanted else { return nil }
    return try TableAnswers(
      table, options, label: label ?? options.label, naming: options.classes, path: path
    ).rows(used)
  }

  private func place(_ row: Int) -> String { "\(path):\(table.line(ofRow: row))" }

  private static func given(_ cell: String?) -> String? {
    cell.flatMap { TableCell.isMissing($0) ? nil : $0 }
  }

  /// The column of that name, or the only one that differs from it in case.
  private mutating func name(_ wanted: String) -> String? {
    if table.header.contains(wanted) { return wanted }
    let near = table.header.filter { $0.lowercased() == wanted.lowercased() }
    guard near.count == 1, let only = near.first else { return nil }
    notes.append("column '\(only)' is taken as '\(wanted)'")
    return only
  }

  /// The columns of files that are to be used, which name something.
  private mutating func modalities(_ columns: [String], wanted: [String]?) throws -> [String] {
    for name in options.modalities.names where wanted == nil && !columns.contains(name) {
      throw EquipoiseError(
        .configuration, "the manifest has no column '\(name)'", at: "modalities.\(name)",
        fix: Nearest.hint(name, in: columns))
    }
    if let wanted { return columns.filter(wanted.contains) }
    let content = FileColumns(table: table, folder: folder, path: path, features: features)
    var names = columns
    if options.only == nil {
      let indices = try columns.filter(content.isIndex)
      if let index = indices.first {
        notes.append("column '\(index)' counts the rows and is left out")
        names.removeAll(where: indices.contains)
      }
    } else {
      names = try ManifestSource.selected(columns, options.only)
    }
    try content.check(names.filter { options.modalities[$0]?.kind == nil })
    try ModalityNames.check(names, at: "\(path):1", renaming: "the column")
    return names
  }

  /// Whether nothing stands in a row.
  private func isEmpty(_ row: Int) -> Bool {
    table.header.allSatisfy { name in (try? table.column(name)[row].isEmpty) ?? true }
  }

  /// A column's paths in the rows that are used, empty where there is none. Throws `EquipoiseError` where one is missing
  /// that may not be.
  private func files(
    _ modality: String, _ cells: [String], _ rows: [Int]
  ) throws -> [String] {
    if options.modalities[modality]?.kind == .text, !areFiles(rows.map { cells[$0] }) {
      return try texts(modality, rows.map { cells[$0] }, rows)
    }
    let names = rows.map { folder.fileName(in: cells[$0]) }
    let missing = names.indices.filter { position in
      TableCell.isMissing(names[position]) && !folder.isThere(names[position])
    }
    return try present(modality, names, missing, rows)
  }

  /// Whether the cells of a column of texts are paths of files that hold them: those that are looked at first.
  private func areFiles(_ cells: [String]) -> Bool {
    let given = cells.map(TableCell.trimmed).filter { !$0.isEmpty }.prefix(100)
    return !given.isEmpty
      && given.allSatisfy { $0.utf8.count < 4096 && folder.isThere(folder.fileName(in: $0)) }
  }

  /// A column's texts in the place of paths.
  private func texts(_ modality: String, _ cells: [String], _ rows: [Int]) throws -> [String] {
    let missing = cells.indices.filter { TableCell.trimmed(cells[$0]).isEmpty }
    return try present(modality, cells.map { InlineText.path(of: $0) }, missing, rows)
  }

  /// The names without those that are missing, where they may be.
  private func present(
    _ modality: String, _ names: [String], _ missing: [Int], _ rows: [Int]
  ) throws -> [String] {
    guard let first = missing.first else { return names }
    guard options.missing == .refuse else {
      let isMissing = Set(missing)
      return names.enumerated().map { isMissing.contains($0) ? "" : $1 }
    }
    throw EquipoiseError(
      .data,
      "column '\(modality)' is empty in \(missing.count) of \(names.count) rows",
      at: place(rows[first]),
      fix:
        "name a file for every modality, take the modality as absent there with \(.setting("missing=absent")), leave "
        + "such rows out with \(.setting("missing=drop")), or the column with \(.setting("only=[...]"))"
    )
  }

  private func checkNames(_ ids: [String]?, _ rows: [Int]) throws {
    let isUsable = { (id: String) in
      (1...Self.longestName).contains(id.utf8.count) && !id.utf8.contains(0)
    }
    guard let ids, let row = rows.first(where: { !isUsable(ids[$0]) }) else { return }
    throw EquipoiseError(
      .data,
      ids[row].isEmpty
        ? "column '\(options.id)' is empty"
        : "the sample's name takes \(ids[row].utf8.count) bytes or has a zero byte in it",
      at: place(row),
      fix: "give every sample a name of up to \(Self.longestName) bytes")
  }
}
