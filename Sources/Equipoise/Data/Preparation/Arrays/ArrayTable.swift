internal import Formats

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
  /// Rows left out because they have no label, and because their split is none of those named.
  let unlabelled: Int
  let unassigned: Int

  /// Reads the table, with labels that are classes or, given a rule for them, scores. Throws
  /// `EquipoiseError` or `FormatError` naming the line at fault.
  init(_ options: ArraysOptions, folder: String, scores rule: SentimentRule? = nil) throws {
    let path = folder + "/" + (options.table ?? "meta.csv")
    let table = try CSV.read(path)
    let labels = try table.column(options.label ?? "label")
    let splits = try table.column(options.split ?? "split")
    let ids = try options.id.map(table.column)
    let groupNames = try options.group.map(table.column)
    let place = { "\(path):\(table.line(ofRow: $0))" }
    let coding =
      try rule.map { try LabelCoding(scores: labels, $0, at: place) }
      ?? LabelCoding(labels, classes: options.classes, at: place)
    // A row without a group, where others have one, is a group of its own, not one with its like.
    let names = groupNames?.enumerated().map { $1.isEmpty ? "(row \($0 + 1))" : $1 }
    groups = Set(names ?? []).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, $0) })
    let named = Self.splitNames(options.splitValues)
    var rows: [Row] = []
    var (unlabelled, unassigned) = (0, 0)
    for index in labels.indices {
      guard let label = coding.codes[index] else {
        unlabelled += 1
        continue
      }
      guard let split = named[splits[index]] else {
        unassigned += 1
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
}

/// Classes from a column of text.
private struct LabelCoding {
  let classes: [String]
  /// The class of each row; nil where the cell is empty.
  let codes: [Int?]

  init(scores cells: [String], _ rule: SentimentRule, at place: (Int) -> String) throws {
    classes = rule.classes
    codes = try cells.indices.map { row in
      guard let score = Double(cells[row]), (-3...3).contains(score) else {
        throw EquipoiseError(
          .data, "the score '\(cells[row])' is no number from -3 to 3", at: place(row),
          fix: "correct it")
      }
      return rule.code(score)
    }
  }

  init(_ cells: [String], classes names: [String]?, at place: (Int) -> String) throws {
    let filled = cells.filter { !$0.isEmpty }
    let numbers = filled.compactMap(Int.init)
    if numbers.count == filled.count, numbers.allSatisfy({ $0 >= 0 }) {
      let count = (numbers.max() ?? -1) + 1
      guard count <= 1 << 20 else {
        throw EquipoiseError(
          .data, "label \(count - 1) is too large",
          at: cells.firstIndex(of: "\(count - 1)").map(place),
          fix: "number the classes from 0")
      }
      classes = names ?? (0..<count).map(String.init)
      codes = cells.map { Int($0) }
    } else {
      let classes = names ?? Set(filled).sorted()
      self.classes = classes
      codes = cells.map { classes.firstIndex(of: $0) }
    }
    let count = classes.count
    if let bad = cells.indices.first(where: {
      !cells[$0].isEmpty && !(codes[$0].map { $0 < count } ?? false)
    }) {
      throw EquipoiseError(
        .data, "'\(cells[bad])' is none of the \(count) classes", at: place(bad),
        fix: Nearest.hint(cells[bad], in: classes))
    }
  }
}
