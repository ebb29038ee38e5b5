// SPDX-License-Identifier: Apache-2.0
/// How a table separates its cells and lines: a comma, or what its first line shows beyond doubt.
struct CSVDialect {
  var separator = UInt8(ascii: ",")
  /// Whether a carriage return alone ends a line, as on old Macintoshes: only in a file without line feeds.
  var endsLinesByReturn = false
  /// The bytes before the header: of a line `sep=;`, by which Excel is told the separator.
  var start = 0

  private static let candidates = ",;\t|".utf8
  /// Rows that are counted to choose between two separators.
  private static let shown = 50

  /// Throws `FormatError` for a table that two separators cut into equally many cells a row.
  init(of bytes: UnsafeRawBufferPointer, path: String) throws {
    endsLinesByReturn =
      bytes.contains(UInt8(ascii: "\r")) && !bytes.contains(UInt8(ascii: "\n"))
    if let named = Self.named(bytes) {
      (separator, start) = named
      return
    }
    let isTabbed = [".tsv", ".tab"].contains { path.lowercased().hasSuffix($0) }
    let header = Self.firstLine(bytes)
    let present = Self.candidates.filter(header.contains)
    if isTabbed, present.contains(UInt8(ascii: "\t")) { separator = UInt8(ascii: "\t") }
    guard !isTabbed, present.count > 1 else {
      if !isTabbed, let only = present.first { separator = only }
      return
    }
    let even = present.filter { isEven(bytes, $0, path) }
    guard even.count < 2 else {
      throw FormatError.malformed(
        path: path, reason: "may be separated by \(even.map(Self.word).joined(separator: " or "))",
        remedy: "say which with a first line such as 'sep=,'")
    }
    separator = even.first ?? separator
  }

  /// A comma and line feeds.
  init() {}

  /// What a separator is called.
  static func word(_ separator: UInt8) -> String {
    switch separator {
    case UInt8(ascii: ";"): "semicolons"
    case UInt8(ascii: "\t"): "tabs"
    case UInt8(ascii: "|"): "bars"
    default: "commas"
    }
  }

  private static func named(_ bytes: UnsafeRawBufferPointer) -> (UInt8, start: Int)? {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard line.count == 5, line.starts(with: "sep=".utf8), let separator = line.last else {
      return nil
    }
    let rest = bytes[5...].prefix(2)
    return (separator, 5 + (rest.elementsEqual("\r\n".utf8) ? 2 : min(1, rest.count)))
  }

  /// The first line that is not empty, without what stands between quotes.
  private static func firstLine(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var (line, isQuoted): ([UInt8], Bool) = ([], false)
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if line.isEmpty { continue }
        break
      }
      if !isQuoted { line.append(byte) }
    }
    return line
  }

  /// Whether the first rows have equally many cells, two or more.
  private func isEven(_ bytes: UnsafeRawBufferPointer, _ separator: UInt8, _ path: String) -> Bool {
    var dialect = self
    dialect.separator = separator
    var scanner = CSVScanner(bytes, path: path, dialect)
    var width: Int?
    for _ in 0..<Self.shown {
      guard let row = try? scanner.row(width: width) else { break }
      guard row.cells.count > 1, row.cells.count == width ?? row.cells.count else { return false }
      width = row.cells.count
    }
    return width != nil
  }
}
