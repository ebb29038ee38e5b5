// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// What the table says of each sample.
struct ArrayTable {
  /// One sample that is used.
  struct Row: Equatable {
    /// Its place in the arrays.
    let index: Int
    let label: Int
    let split: Split
    let group: Int?
    let id: String?
  }

  let rows: [Row]
  let classes: [String]
  /// The names of the groups, by number.
  let groups: [String]
  /// The rows of the table, used or not.
  let rowCount: Int
  /// Rows left out because they have no label, and because their split is not one of those named.
  let unlabelled: Int
  let unassigned: [String: Int]
  /// What the user should know of the labels.
  let notes: [String]

  /// Reads the table, with labels that are classes or, given a rule for them, scores. Throws
  /// `EquipoiseError` or `FormatError` naming the line at fault.
  init(_ options: ArraysOptions, folder: String, scores rule: SentimentRule? = nil) throws {
    let path = try Self.path(options, folder)
    let table = try TableFile.read(path)
    let labels = try table.column(options.label ?? "label")
    let splits = try table.column(options.split ?? "split").map(TableCell.trimmed)
    let ids = try options.id.map(table.column)
    let groupNames = try options.group.map(table.column)
    let place = { "\(path):\(table.line(ofRow: $0))" }
    let coding: (classes: [String], codes: [Int?])
    if let rule {
      coding = (rule.classes, try Self.scores(labels, rule, at: place))
      notes = []
    } else {
      let read = try ClassLabels(
        labels, of: options.label ?? "label", naming: options.classes, at: place)
      guard read.classes.count > 1 else {
        throw EquipoiseError(
          .data, "all samples are of one class, '\(read.classes.first ?? "")'", at: path,
          fix: "add samples of at least one other class")
      }
      coding = (read.classes, read.codes)
      notes = read.notes
    }
    try Self.check(ids: ids, at: place)
    // A row without a group, where others have one, is a group of its own, not one with its like.
    let names = groupNames?.enumerated().map { TableCell.isMissing($1) ? "(row \($0 + 1))" : $1 }
    groups = Set(names ?? []).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
    let named = Self.splitNames(options.splitValues)
    var rows: [Row] = []
    var (unlabelled, unassigned): (Int, [String: Int]) = (0, [:])
    for index in labels.indices {
      guard let label = coding.codes[index] else {
        unlabelled += 1
        continue
      }
      guard let split = named[splits[index]] ?? named[splits[index].lowercased()] else {
        unassigned[splits[index], default: 0] += 1
        continue
      }
      rows.append(
        Row(
          index: index, label: label, split: split,
          group: names.flatMap { numbers[$0[index]] },
          id: ids?[index]))
    }
    self.rows = rows
    classes = coding.classes
    rowCount = table.rowCount
    (self.unlabelled, self.unassigned) = (unlabelled, unassigned)
    guard rows.contains(where: { $0.split == .train }) else {
      throw EquipoiseError(
        .data, "no row of column '\(options.split ?? "split")' is for training", at: path,
        fix:
          "it holds \(Set(splits).sorted().prefix(5).map { "'\($0)'" }.joined(separator: ", ")): "
          + "name the right one in splitValues.train")
    }
  }

  private static func splitNames(_ values: SplitValues) -> [String: Split] {
    let pairs =
      values.train.map { ($0, Split.train) } + values.validation.map { ($0, Split.validation) }
      + values.test.map { ($0, Split.test) }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// Throws `EquipoiseError` for two samples of one name.
  private static func check(ids: [String]?, at place: (Int) -> String) throws {
    var known: [String: Int] = [:]
    for (row, id) in (ids ?? []).enumerated() {
      guard let other = known.updateValue(row, forKey: id) else { continue }
      throw EquipoiseError(
        .data, "two samples are called '\(id)', the other at \(place(other))", at: place(row),
        fix: "name another column with --set id=COLUMN, or none")
    }
  }

  /// A class for each score. Throws `EquipoiseError` for a cell that holds no score.
  private static func scores(
    _ cells: [String], _ rule: SentimentRule, at place: (Int) -> String
  ) throws -> [Int?] {
    try cells.indices.map { row in
      guard let score = Double(cells[row]), (-3...3).contains(score) else {
        throw EquipoiseError(
          .data, "the score '\(cells[row])' is not a number from -3 to 3", at: place(row),
          fix: "correct it")
      }
      return rule.code(score)
    }
  }

  private static func path(_ options: ArraysOptions, _ folder: String) throws -> String {
    let name = options.table ?? "meta.csv"
    let path = name.hasPrefix("/") ? name : folder + "/" + name
    let exists = { FileManager.default.fileExists(atPath: $0) }
    guard name != "meta.csv" || exists(path) || !exists(folder) else {
      throw EquipoiseError(
        .data,
        "there is no table meta.csv, which says of each row of the arrays its label and split",
        at: folder,
        fix: "write it with the columns label and split, or name another one with --set table=FILE")
    }
    return path
  }
}
