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
    let answer: SampleAnswer
    fileprivate(set) var split: Split
    let group: Int?
    let id: String?
  }

  let rows: [Row]
  let classes: [String]
  /// What a regression predicts.
  let targets: [TargetDescription]
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
    let label = options.label ?? "label"
    let ids = try options.id.map(table.column)
    let groupNames = try options.group.map(table.column)
    let place = { "\(path):\(table.line(ofRow: $0))" }
    let answers: [SampleAnswer?]
    var notes: [String]
    if let rule {
      (classes, targets, notes) = (rule.classes, [], [])
      answers = try Self.scores(table.column(label), rule, at: place).map {
        $0.map(SampleAnswer.label)
      }
    } else {
      let read = try TableAnswers(
        table, options, label: label, naming: options.classes, path: path)
      guard options.task != .classification || read.classes.count > 1 else {
        throw EquipoiseError(
          .data, "all samples are of one class, '\(read.classes.first ?? "")'", at: path,
          fix: "add samples of at least one other class")
      }
      (classes, targets, notes) = (read.classes, read.targets, read.notes)
      answers = read.answers
    }
    try Self.check(ids: ids, at: place)
    // A row without a group, where others have one, is a group of its own, not one with its like.
    let names = groupNames?.enumerated().map { TableCell.isMissing($1) ? "(row \($0 + 1))" : $1 }
    groups = Set(names ?? []).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
    let groupNumbers = names.map { $0.map { numbers[$0] ?? 0 } }
    let column = options.split ?? (table.header.contains("split") ? "split" : nil)
    let splits = try column.map { try table.column($0).map(TableCell.trimmed) }
    let words = SplitWords(options.splitValues)
    var rows: [Row] = []
    var (unlabelled, unassigned): (Int, [String: Int]) = (0, [:])
    for (index, answer) in answers.enumerated() {
      guard let answer else {
        unlabelled += 1
        continue
      }
      let word = splits?[index]
      guard let split = word.map({ words[$0] }) ?? .train else {
        unassigned[word ?? "", default: 0] += 1
        continue
      }
      rows.append(
        Row(
          index: index, answer: answer, split: split, group: groupNumbers?[index], id: ids?[index]))
    }
    if splits == nil {
      let strata = options.task == .classification ? classes : ["all"]
      notes += try Self.assign(&rows, groups, strata, options, at: path)
    }
    (self.rows, self.notes) = (rows, notes)
    rowCount = table.rowCount
    (self.unlabelled, self.unassigned) = (unlabelled, unassigned)
    guard rows.contains(where: { $0.split == .train }) else {
      throw EquipoiseError(
        .data, "no row of column '\(options.split ?? "split")' is for training", at: path,
        fix:
          "it holds \(Set(splits ?? []).sorted().prefix(5).map { "'\($0)'" }.joined(separator: ", ")): "
          + "name the right one in splitValues.train")
    }
  }

  /// Gives rows of a table without splits one by the shares that the options name. Returns what the user should know.
  private static func assign(
    _ rows: inout [Row], _ groups: [String], _ classes: [String], _ options: ArraysOptions,
    at path: String
  ) throws -> [String] {
    var samples = rows.map { row in
      let label = if case .label(let label) = row.answer { label } else { 0 }
      return RawSample(
        id: "", split: .train, label: label, group: row.group.map { groups[$0] }, files: [],
        place: path)
    }
    let notes = try SplitAssignment(
      classes: classes, seed: options.seed, place: path,
      remedy: "add groups, or give the splits yourself"
    ).assign(&samples, test: options.testShare, validation: options.validationShare)
    for (index, sample) in samples.enumerated() { rows[index].split = sample.split }
    return notes
  }

  /// Throws `EquipoiseError` for two samples of one name.
  private static func check(ids: [String]?, at place: (Int) -> String) throws {
    var known: [String: Int] = [:]
    for (row, id) in (ids ?? []).enumerated() {
      guard let other = known.updateValue(row, forKey: id) else { continue }
      throw EquipoiseError(
        .data, "two samples are called '\(id)', the other at \(place(other))", at: place(row),
        fix: "name another column with \(.setting("id=COLUMN")), or none")
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
        fix:
          "write it with the columns label and split, or name another one with \(.setting("table=FILE"))"
      )
    }
    return path
  }
}
