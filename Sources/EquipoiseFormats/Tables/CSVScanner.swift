// SPDX-License-Identifier: Apache-2.0
/// Cuts bytes into rows and cells.
struct CSVScanner {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  let separator: UInt8
  private let endsLinesByReturn: Bool
  private var position = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ bytes: UnsafeRawBufferPointer, path: String, _ dialect: CSVDialect = CSVDialect()) {
    self.bytes = bytes
    self.path = path
    separator = dialect.separator
    endsLinesByReturn = dialect.endsLinesByReturn
    position = dialect.start
    line = dialect.start > 0 ? 2 : 1
  }

  /// The next row, or nil at the end. Empty lines are skipped unless rows have one column.
  mutating func row(width: Int?) throws -> (cells: [String], line: Int)? {
    while width != 1, position < bytes.count, atLineEnd { skipLineEnd() }
    guard position < bytes.count else { return nil }
    let start = line
    var cells = [try cell()]
    while position < bytes.count, bytes[position] == separator {
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
      || bytes[position] == Self.carriageReturn
        && (endsLinesByReturn || position + 1 < bytes.count && bytes[position + 1] == Self.newline)
  }

  private mutating func skipLineEnd() {
    position += bytes[position] == Self.newline || endsLinesByReturn ? 1 : 2
    line += 1
  }

  private mutating func cell() throws -> String {
    if position < bytes.count, bytes[position] == Self.quote { return try quotedCell() }
    let start = position
    while position < bytes.count, bytes[position] != separator, bytes[position] != Self.newline,
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
      throw FormatError.malformed(
        path: path, reason: "line \(line) is not UTF-8",
        remedy: "save the table as UTF-8; if it is from Excel: iconv -f WINDOWS-1252 -t UTF-8 FILE")
    }
    return text
  }

  private func malformed(_ reason: String) -> FormatError {
    .malformed(
      path: path, reason: "line \(line) \(reason)",
      remedy: "save the table as UTF-8 with quotes by RFC 4180")
  }
}
