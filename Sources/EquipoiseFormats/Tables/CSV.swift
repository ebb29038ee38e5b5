// SPDX-License-Identifier: Apache-2.0
/// A table of text with named columns.
package struct TextTable: Sendable {
  /// The columns' names, in the file's order.
  package let header: [String]
  /// The number of rows below the header.
  package let rowCount: Int

  private let path: String
  private let columns: [String: [String]]
  private let lines: [Int]

  init(path: String, header: [String], columns: [String: [String]], lines: [Int]) {
    self.path = path
    self.header = header
    self.columns = columns
    self.lines = lines
    rowCount = lines.count
  }

  /// The cells of a column. Throws `FormatError`; a misspelt name gets a suggestion.
  package func column(_ name: String) throws -> [String] {
    guard let cells = columns[name] else {
      throw FormatError.missing(
        path: path, reason: "has no column '\(name)'", remedy: Nearest.hint(name, in: header))
    }
    return cells
  }

  /// The cells of a column as whole numbers. Throws `FormatError` naming the line at fault.
  package func integers(_ name: String) throws -> [Int] {
    try zip(try column(name), lines).map { cell, line in
      guard let value = Int(cell) else {
        throw FormatError.malformed(
          path: path, reason: "line \(line), column '\(name)': '\(cell)' is not a whole number",
          remedy: "correct the cell or name another column")
      }
      return value
    }
  }

  /// The line of the file on which row `index` begins, counted from one, for error messages.
  package func line(ofRow index: Int) -> Int { lines[index] }
}

/// Comma-separated text by RFC 4180 with a header row.
package enum CSV {
  /// The table in the file at `path`, whose separator may also be a semicolon, tab or bar, and whose encoding
  /// UTF-16 with a byte-order mark. Throws `FormatError`, for faulty rows with the line.
  package static func read(_ path: String, sizeLimit: Int = 1 << 30) throws -> TextTable {
    try TextFile.read(path, sizeLimit: sizeLimit).withBytes { try parse($0, path: path) }
  }

  /// Some cells as a line of a table, with quotes around those that need them.
  ///
  /// Spreadsheets take text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula,
  /// which may do anything: an apostrophe before it makes it text. Numbers stay numbers.
  package static func line(_ cells: [String]) -> String {
    cells.map(inert).map { cell in
      guard cell.contains(where: { ",\"\n\r".contains($0) }) else { return cell }
      return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }

  private static func inert(_ cell: String) -> String {
    guard let first = cell.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first),
      Double(cell) == nil
    else { return cell }
    return "'" + cell
  }

  /// The table in `bytes`, whose name in errors is `path`.
  static func parse(_ bytes: UnsafeRawBufferPointer, path: String) throws -> TextTable {
    if let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") {
      throw FormatError.malformed(
        path: path, reason: "is JSON, not a table of cells", remedy: "call it .jsonl or .json")
    }
    var scanner = CSVScanner(bytes, path: path, try CSVDialect(of: bytes, path: path))
    guard let header = try scanner.row(width: nil)?.cells.map(trimmed) else {
      throw FormatError.malformed(
        path: path, reason: "is empty", remedy: "give a first line with the columns' names")
    }
    try checkNames(header, path)
    var columns = [[String]](repeating: [], count: header.count)
    var lines: [Int] = []
    while let row = try scanner.row(width: header.count) {
      guard row.cells.count == header.count else {
        throw FormatError.malformed(
          path: path,
          reason: "line \(row.line) has \(row.cells.count) cells, the header has \(header.count)",
          remedy:
            "correct the line; cells that contain \(CSVDialect.word(scanner.separator)) need quotes, "
            + "and row names a column of their own")
      }
      for (index, cell) in row.cells.enumerated() { columns[index].append(cell) }
      lines.append(row.line)
    }
    // Spreadsheets write columns that nothing is in.
    let kept = header.indices.filter { !header[$0].isEmpty || columns[$0].contains { !$0.isEmpty } }
    let unnamed = kept.filter { header[$0].isEmpty }
    guard unnamed.count < 2 else {
      throw FormatError.malformed(
        path: path, reason: "columns \(unnamed[0] + 1) and \(unnamed[1] + 1) have no name",
        remedy: "name them in the first line")
    }
    return TextTable(
      path: path, header: kept.map { header[$0] },
      columns: Dictionary(uniqueKeysWithValues: kept.map { (header[$0], columns[$0]) }),
      lines: lines)
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.prefix(start.reversed().drop(while: \.isWhitespace).count))
  }

  private static func checkNames(_ header: [String], _ path: String) throws {
    var known: Set<String> = []
    for name in header where !name.isEmpty && !known.insert(name).inserted {
      throw FormatError.malformed(
        path: path, reason: "two columns are called '\(name)'", remedy: "rename one")
    }
  }
}
