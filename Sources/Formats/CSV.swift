/// A table of text with named columns.
package struct CSVTable: Sendable {
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

/// Comma-separated text by RFC 4180, UTF-8, with a header row.
package enum CSV {
  /// The table in the file at `path`. Throws `FormatError`, for faulty rows with the line.
  package static func read(_ path: String, sizeLimit: Int = 1 << 30) throws -> CSVTable {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= sizeLimit else {
      throw FormatError.unsupported(
        path: path, reason: "takes \(file.bytes.count) bytes, more than the limit of \(sizeLimit)",
        remedy: "split the table, or store numbers as npy")
    }
    return try file.withBytes { try parse($0, path: path) }
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
  static func parse(_ bytes: UnsafeRawBufferPointer, path: String) throws -> CSVTable {
    var scanner = CSVScanner(bytes, path: path)
    guard let header = try scanner.row(width: nil)?.cells else {
      throw FormatError.malformed(
        path: path, reason: "is empty", remedy: "give a first line with the columns' names")
    }
    guard Set(header).count == header.count else {
      throw FormatError.malformed(
        path: path, reason: "two columns have the same name", remedy: "rename one")
    }
    var columns = [[String]](repeating: [], count: header.count)
    var lines: [Int] = []
    while let row = try scanner.row(width: header.count) {
      guard row.cells.count == header.count else {
        throw FormatError.malformed(
          path: path,
          reason: "line \(row.line) has \(row.cells.count) cells, the header has \(header.count)",
          remedy: "correct the line; cells that contain commas need quotes")
      }
      for (index, cell) in row.cells.enumerated() { columns[index].append(cell) }
      lines.append(row.line)
    }
    return CSVTable(
      path: path, header: header,
      columns: Dictionary(uniqueKeysWithValues: zip(header, columns)), lines: lines)
  }
}

/// Cuts bytes into rows and cells.
private struct CSVScanner {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private var position = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row, or nil at the end. Empty lines are skipped unless rows have one column.
  mutating func row(width: Int?) throws -> (cells: [String], line: Int)? {
    while width != 1, position < bytes.count, atLineEnd { skipLineEnd() }
    guard position < bytes.count else { return nil }
    let start = line
    var cells = [try cell()]
    while position < bytes.count, bytes[position] == Self.comma {
      position += 1
      cells.append(try cell())
    }
    if position < bytes.count {
      guard atLineEnd else { throw malformed("has text after a closing quote or a lone CR") }
      skipLineEnd()
    }
    return (cells, start)
  }

  private var atLineEnd: Bool {
    bytes[position] == Self.newline
      || bytes[position] == Self.carriageReturn && position + 1 < bytes.count
        && bytes[position + 1] == Self.newline
  }

  private mutating func skipLineEnd() {
    position += bytes[position] == Self.newline ? 1 : 2
    line += 1
  }

  private mutating func cell() throws -> String {
    if position < bytes.count, bytes[position] == Self.quote { return try quotedCell() }
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, bytes[position] != Self.newline,
      bytes[position] != Self.carriageReturn
    {
      guard bytes[position] != Self.quote else {
        throw malformed("has a quote inside a cell that does not start with one")
      }
      position += 1
    }
    return try text(bytes[start..<position])
  }

  private mutating func quotedCell() throws -> String {
    let firstLine = line
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == Self.quote {
        guard position < bytes.count, bytes[position] == Self.quote else {
          return try text(content)
        }
        position += 1
      }
      if byte == Self.newline { line += 1 }
      content.append(byte)
    }
    line = firstLine
    throw malformed("opens a quote that is never closed")
  }

  private func text(_ bytes: some Collection<UInt8>) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw malformed("is not UTF-8")
    }
    return text
  }

  private func malformed(_ reason: String) -> FormatError {
    .malformed(
      path: path, reason: "line \(line) \(reason)",
      remedy: "save the table as UTF-8 with quotes by RFC 4180")
  }
}
