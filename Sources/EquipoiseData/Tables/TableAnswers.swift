// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
package import EquipoiseFormats

/// What is right for the samples of a table, whatever the task: settings that recipes for tables share.
package protocol AnswerSettings {
  /// What is learned: `classification`, `multilabel` or `regression`.
  var task: LearningTask { get }
  /// The columns of several labels, each with 1 or 0, true or false; nil takes one column of lists such as `happy|loud`.
  var labels: [String]? { get }
  /// The columns of a regression's numbers; nil takes the column `target`, or the label's.
  var targets: [String]? { get }
  /// The least and the largest number that a target can have; nil sets no limit.
  var range: [Double]? { get }
  /// What a regression's numbers are measured in.
  var unit: String? { get }
  /// Whether a regression's numbers are sentiment from −3 to 3; nil goes by their name and range.
  var sentiment: Bool? { get }
}

extension AnswerSettings {
  /// Throws for the first value out of its range.
  package func checkAnswers(at path: ConfigPath) throws {
    try path.check("labels", namesOf: labels)
    try path.check("targets", namesOf: targets)
    try path.check(
      "range", range.map { $0.count == 2 && $0[0] < $0[1] } ?? true,
      found: .sequence((range ?? []).map(ConfigValue.double)),
      expected: "two numbers, the smaller first")
    for (key, value, task) in [
      ("labels", labels, LearningTask.multilabel), ("targets", targets, .regression),
      ("sentiment", sentiment == true ? ["true"] : nil, .regression),
    ]
    where value != nil && self.task != task {
      try path.check(
        key, false, found: .sequence((value ?? []).map(ConfigValue.string)),
        expected: "nothing, as the task is \(self.task.rawValue): set task=\(task.rawValue)")
    }
  }
}

extension LearningTask: ConfigurationChoice {}

/// The answers of a table's rows.
package struct TableAnswers {
  /// The names of classes or labels; empty in a regression.
  package let classes: [String]
  /// What a regression predicts.
  package let targets: [TargetDescription]
  /// Of each row; nil where the table says that there is none.
  package let answers: [SampleAnswer?]
  /// What the user should know.
  package private(set) var notes: [String] = []

  /// Reads the columns that the options name.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - options: the task and its columns.
  ///   - label: the column of classes, or of lists of labels.
  ///   - names: the classes or labels in order, if they are set.
  ///   - path: the table's path, for messages.
  /// - Throws: `EquipoiseError` or `FormatError` naming the line, the column or the setting at fault.
  package init(
    _ table: TextTable, _ options: some AnswerSettings, label: String, naming names: [String]?,
    path: String
  ) throws {
    let place = { "\(path):\(table.line(ofRow: $0))" }
    switch options.task {
    case .classification:
      let read = try ClassLabels(try table.column(label), of: label, naming: names, at: place)
      (classes, targets, notes) = (read.classes, [], read.notes)
      answers = read.codes.map { $0.map(SampleAnswer.label) }
    case .multilabel:
      let read =
        try options.labels.map { try LabelColumns(table, $0, at: place) }
        ?? LabelColumns(lists: try table.column(label), of: label, naming: names, at: place)
      (classes, targets, notes) = (read.names, [], read.notes)
      answers = read.rows.map { $0.map(SampleAnswer.targets) }
    case .regression:
      let columns = options.targets ?? [Self.target(in: table, label: label) ?? label]
      let range = options.range.map { $0[0]...$0[1] }
      targets = columns.map {
        TargetDescription(
          name: $0, unit: options.unit, range: range, sentiment: options.sentiment)
      }
      classes = []
      answers = try Self.numbers(table, targets, at: place)
    }
  }

  private static let usualTarget = "target"

  private init(_ all: TableAnswers, _ answers: [SampleAnswer?]) {
    (classes, targets, self.answers, notes) = (all.classes, all.targets, answers, all.notes)
  }

  /// The same of some rows, in that order.
  package func rows(_ indices: [Int]) -> TableAnswers {
    TableAnswers(self, indices.map { answers[$0] })
  }

  /// The column of a regression's numbers where none is named.
  package static func target(in table: TextTable, label: String?) -> String? {
    table.header.contains(usualTarget) ? usualTarget : label
  }

  /// A row of which every number is missing has no answer; one of which some are is refused.
  private static func numbers(
    _ table: TextTable, _ targets: [TargetDescription], at place: (Int) -> String
  ) throws -> [SampleAnswer?] {
    let columns = try targets.map { try table.column($0.name).map(TableCell.trimmed) }
    return try (0..<table.rowCount).map { row in
      let cells = columns.map { $0[row] }
      if cells.allSatisfy(TableCell.isMissing) { return nil }
      return .targets(
        try zip(targets, cells).map { target, cell in
          guard let number = TableCell.number(cell), Float(number).isFinite else {
            throw EquipoiseError(
              .data, "'\(cell.prefix(40))' in column '\(target.name)' is not a number",
              at: place(row),
              fix:
                "correct it, leave the row's targets empty, or name other columns with \(.setting("targets=[…]"))"
            )
          }
          guard target.accepts(Float(number)) else {
            throw EquipoiseError(
              .data, "\(cell) is outside the range of the target \(target.sentence)",
              at: place(row),
              fix: "correct it, or set another range")
          }
          return Float(number)
        })
    }
  }
}

/// Several labels a sample, from a column for each or from one column of lists.
private struct LabelColumns {
  let names: [String]
  /// 1 or 0 for each label; nil where nothing is said.
  let rows: [[Float]?]
  var notes: [String] = []

  private static let spellings: [String: Float] = [
    "1": 1, "1.0": 1, "true": 1, "yes": 1, "0": 0, "0.0": 0, "false": 0, "no": 0,
  ]

  init(_ table: TextTable, _ columns: [String], at place: (Int) -> String) throws {
    names = columns
    let cells = try columns.map { try table.column($0).map(TableCell.trimmed) }
    rows = try (0..<table.rowCount).map { row in
      let own = cells.map { $0[row] }
      if own.allSatisfy(TableCell.isMissing) { return nil }
      return try zip(columns, own).map { column, cell in
        guard let value = Self.spellings[cell.lowercased()] else {
          throw EquipoiseError(
            .data,
            "'\(cell.prefix(40))' in column '\(column)' does not say whether the label is there",
            at: place(row), fix: "write 1 or 0, or leave all labels of the row empty")
        }
        return value
      }
    }
  }

  /// Cells such as `happy|loud`; an empty cell says that there is no label at all, `NA` that nothing is known.
  init(
    lists cells: [String], of column: String, naming given: [String]?, at place: (Int) -> String
  ) throws {
    let lists = cells.map { cell -> [String]? in
      let text = TableCell.trimmed(cell)
      if !text.isEmpty, TableCell.isMissing(text) { return nil }
      return text.split(separator: "|").map { TableCell.trimmed(String($0)) }.filter { !$0.isEmpty }
    }
    names = given ?? Set(lists.flatMap { $0 ?? [] }).sorted()
    guard !names.isEmpty else {
      throw EquipoiseError(
        .data, "column '\(column)' has no label in any row", at: place(0),
        fix:
          "write the labels of a sample with '|' between them, or name a column for each with \(.setting("labels=[…]"))"
      )
    }
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let count = names.count
    rows = try lists.enumerated().map { row, list in
      guard let list else { return nil }
      var values = [Float](repeating: 0, count: count)
      for name in list {
        guard let number = numbers[name] else {
          throw EquipoiseError(
            .data, "'\(name.prefix(40))' in column '\(column)' is not one of the \(count) labels",
            at: place(row), fix: Nearest.hint(name, in: Array(numbers.keys).sorted()))
        }
        values[number] = 1
      }
      return values
    }
    let bare = lists.count { $0?.isEmpty == true }
    if bare > 0 { notes.append("\(bare) of \(cells.count) rows have none of the labels") }
  }
}
