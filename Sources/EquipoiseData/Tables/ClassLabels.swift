// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Classes from a column of a table. What is not a class, such as a quantity or several labels in one cell, is
/// refused and never counted as one.
package struct ClassLabels {
  /// The names, in the order of their numbers.
  package let classes: [String]
  /// The class of each row; nil where the cell says that there is none.
  package let codes: [Int?]
  /// What the user should know.
  package private(set) var notes: [String] = []

  /// Reads a column.
  ///
  /// - Parameters:
  ///   - cells: a cell for each row.
  ///   - column: its name, for messages.
  ///   - names: the classes in order, if they are set; cells then hold these names, or numbers from 0 that stand
  ///     for them.
  ///   - place: the file and line of a row.
  /// - Throws: `EquipoiseError` naming the line or the setting at fault.
  package init(
    _ cells: [String], of column: String, naming names: [String]?,
    at place: @escaping (Int) -> String
  ) throws {
    let texts = cells.map(TableCell.trimmed)
    let isNamed = Set(names ?? [])
    let isLabel = texts.map { isNamed.contains($0) || !TableCell.isMissing($0) }
    let found = LabelColumn(
      name: column, rows: texts.indices.filter { isLabel[$0] }.map { ($0, texts[$0]) }, place: place
    )
    try Self.refuseRepeated(names)
    let coding: LabelColumn.Coding
    if let names { coding = try found.coding(naming: names) } else { coding = try found.coding() }
    classes = coding.classes
    codes = texts.indices.map { isLabel[$0] ? coding.codes[texts[$0]] : nil }
    notes = coding.notes
    if let row = texts.indices.first(where: { cells[$0] != texts[$0] && isLabel[$0] }) {
      notes.append(
        "white space around the values of column '\(column)' is left out, as in '\(cells[row])'")
    }
  }

  /// As the other initialiser, for folders that are named after the classes: their names are taken as they are.
  package init(folders: [String], naming names: [String]?) throws {
    try Self.refuseRepeated(names)
    let found = Set(folders).subtracting([""])
    let numbers = found.compactMap { Int($0) }
    let ordered =
      numbers.count == found.count
      ? found.sorted { (Int($0) ?? 0, $0) < (Int($1) ?? 0, $1) } : found.sorted()
    let classes = names ?? ordered
    let byName = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    codes = folders.map { byName[$0] }
    self.classes = classes
  }

  /// Throws for folders that are one class in two spellings.
  package static func refuseSpellings(folders: [String], at place: String) throws {
    var known: [String: String] = [:]
    for name in Set(folders).subtracting([""]).sorted() {
      let key = name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard let other = known.updateValue(name, forKey: key) else { continue }
      throw EquipoiseError(
        .data, "the folders '\(other)' and '\(name)' may be one class", at: place,
        fix:
          "give them one name, or list all classes with \(.setting("classes=[\(other), \(name), …]"))"
      )
    }
  }

  private static func refuseRepeated(_ names: [String]?) throws {
    var seen: Set<String> = []
    guard let twice = names?.first(where: { !seen.insert($0).inserted }) else { return }
    throw EquipoiseError(
      .configuration, "the class '\(twice)' is listed twice", at: "classes",
      fix: "give each class one name of its own")
  }

  /// The first row whose cell says that there is no class, unless that is what one is called.
  package static func missing(_ cells: [String], naming names: [String]?) -> Int? {
    cells.firstIndex { cell in
      let text = TableCell.trimmed(cell)
      return TableCell.isMissing(text) && names?.contains(text) != true
    }
  }
}

/// The cells of a column of classes, but for those without one.
private struct LabelColumn {
  /// Text → class.
  struct Coding {
    var classes: [String]
    var codes: [String: Int]
    var notes: [String] = []
  }

  let name: String
  /// Texts by text, with how many rows have it and the first of them.
  private let values: [String: (count: Int, first: Int)]
  private let texts: [String]
  private let rowCount: Int
  private let place: (Int) -> String

  init(name: String, rows: [(Int, String)], place: @escaping (Int) -> String) {
    var values: [String: (count: Int, first: Int)] = [:]
    for (row, text) in rows { values[text, default: (0, row)].count += 1 }
    self.name = name
    self.values = values
    self.place = place
    rowCount = rows.count
    texts = values.keys.sorted { (values[$0]?.first ?? 0) < (values[$1]?.first ?? 0) }
  }

  // MARK: With names

  func coding(naming names: [String]) throws -> Coding {
    let byName = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let numbers = texts.compactMap { Int($0) }
    guard !texts.isEmpty, numbers.count == texts.count, texts.allSatisfy({ byName[$0] == nil })
    else {
      if let text = texts.first(where: { byName[$0] == nil }) {
        throw error(
          text, "'\(text)' is not one of the \(names.count) classes", Nearest.hint(text, in: names))
      }
      return Coding(classes: names, codes: byName)
    }
    let (lowest, highest) = (numbers.min() ?? 0, numbers.max() ?? 0)
    if lowest >= 0, highest < names.count {
      return Coding(classes: names, codes: numbered(from: 0))
    }
    guard lowest == 1, highest == names.count else {
      let bad = texts.first { !names.indices.contains(Int($0) ?? -1) } ?? ""
      throw error(
        bad,
        "label \(bad) is not one of the \(names.count) classes, which are numbered from 0 to "
          + "\(names.count - 1)", "name as many classes as there are, or correct the cell")
    }
    return Coding(
      classes: names, codes: numbered(from: 1),
      notes: ["the labels count from 1: 1 is '\(names[0])'"])
  }

  private func numbered(from start: Int) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: texts.map { ($0, (Int($0) ?? start) - start) })
  }

  // MARK: Without names

  func coding() throws -> Coding {
    try refuseSpellings()
    try refuseSeveralLabels()
    let numbers = texts.compactMap(TableCell.number)
    let areNumbers = !texts.isEmpty && numbers.count == texts.count
    if areNumbers, let text = texts.first(where: { !isWhole($0) }) {
      throw error(
        text,
        "column '\(name)' holds quantities such as '\(text)', \(values.count) different ones in "
          + "\(rowCount) rows: these are no classes but a regression's targets",
        "set task=regression, bring them into a few named ranges, or list them as classes, \(listing(text))"
      )
    }
    try refuseNames()
    return areNumbers ? numberedCoding() : named(texts.sorted())
  }

  private func named(_ classes: [String]) -> Coding {
    Coding(
      classes: classes,
      codes: Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) }))
  }

  /// In the order of the numbers, called as these; `1.0` is called `1`.
  private func numberedCoding() -> Coding {
    let ordered = texts.map { ($0, TableCell.number($0) ?? 0) }.sorted { $0.1 < $1.1 }
    var coding = named(ordered.map(\.0))
    coding.classes = ordered.map { Int($0.0) == nil ? "\(Int($0.1))" : $0.0 }
    if ordered.map(\.1) != (0..<ordered.count).map(Double.init) {
      coding.notes.append(
        "the labels in column '\(name)' are \(TableCell.shown(coding.classes, limit: 8)): the classes are "
          + "called so")
    }
    return coding
  }

  private func isWhole(_ text: String) -> Bool {
    Int(text) != nil || TableCell.number(text).flatMap(Int.init(exactly:)) != nil
  }

  // MARK: What is refused

  /// One class in two spellings would be two.
  private func refuseSpellings() throws {
    var known: [String: String] = [:]
    for text in texts {
      let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let key = TableCell.number(text).map { "\($0)" } ?? words
      guard let other = known.updateValue(text, forKey: key) else { continue }
      throw error(
        text,
        "'\(other)' (\(rows(other))) and '\(text)' (\(rows(text))) in column '\(name)' may be one class",
        "write both alike, or list all classes, \(listing(text))")
    }
  }

  private func rows(_ text: String) -> String {
    let count = values[text]?.count ?? 0
    return count == 1 ? "1 row" : "\(count) rows"
  }

  private func refuseSeveralLabels() throws {
    let parts = texts.map { text in
      text.split { "|;,".contains($0) }.map { TableCell.trimmed(String($0)) }
    }
    let shared = Dictionary(grouping: parts.flatMap { Set($0) }) { $0 }.mapValues(\.count)
    for (text, own) in zip(texts, parts) {
      let isList = text.hasPrefix("[") && text.hasSuffix("]")
      // A comma may stand in a name: only parts that come again are labels.
      let isJoined =
        own.count > 1 && TableCell.number(text) == nil
        && (text.contains("|") || own.contains { shared[$0, default: 0] > 1 })
      guard isList || isJoined else { continue }
      throw error(
        text,
        "'\(text)' in column '\(name)' is several labels",
        "set task=multilabel, keep one a sample, or list such values as classes, \(listing(text))")
    }
  }

  /// Hardly a class comes twice: a name, a path or a quantity.
  private func refuseNames() throws {
    guard values.count >= 20, values.count * 2 > rowCount, let text = texts.first else { return }
    throw error(
      text,
      "column '\(name)' has \(values.count) different values in \(rowCount) rows, such as "
        + "\(TableCell.shown(texts)): these are not classes",
      "name the column of classes with \(.setting("label=COLUMN")), or list them, \(listing(text))")
  }

  /// How classes are listed: in quotes, as YAML would take numbers for such.
  private func listing(_ text: String) -> String {
    let quoted = text.prefix(40).replacing("\"", with: "\\\"")
    return "\(.setting("classes=[\"\(quoted)\", ...]"))"
  }

  private func error(_ text: String, _ what: String, _ remedy: String) -> EquipoiseError {
    EquipoiseError(.data, what, at: values[text].map { place($0.first) }, fix: remedy)
  }
}
