// SPDX-License-Identifier: Apache-2.0
/// A table of text as JSON objects: one a line, or a list of them.
package enum JSONTable {
  /// The table in the file at `path`: its columns are all keys, cells without one or with null are empty, members
  /// that are not text are as JSON writes them. Throws `FormatError`, for faulty lines with their number.
  package static func read(_ path: String, sizeLimit: Int = 1 << 30) throws -> TextTable {
    try TextFile.read(path, sizeLimit: sizeLimit).withBytes { bytes in
      var builder = JSONTableBuilder(path: path)
      if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
        try readList(bytes, path, into: &builder)
      } else {
        try readLines(bytes, path, into: &builder)
      }
      return try builder.table()
    }
  }

  private static func readLines(
    _ bytes: UnsafeRawBufferPointer, _ path: String, into builder: inout JSONTableBuilder
  ) throws {
    var (start, number) = (0, 0)
    let failing = builder
    while start < bytes.count {
      let rest = bytes[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
      (start, number) = (end + 1, number + 1)
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      let place = number
      let value = try StrictJSON.parse(line) { failing.malformed($0, line: place) }
      try builder.add(value, line: number)
    }
  }

  private static func readList(
    _ bytes: UnsafeRawBufferPointer, _ path: String, into builder: inout JSONTableBuilder
  ) throws {
    var (counted, line) = (0, 1)
    let failing = builder
    try StrictJSON.forEachElement(of: bytes) {
      failing.malformed($0, line: nil)
    } _: { value, offset in
      line += bytes[counted..<offset].count { $0 == UInt8(ascii: "\n") }
      counted = offset
      try builder.add(value, line: line)
    }
  }
}

/// Collects rows whose keys may differ.
private struct JSONTableBuilder {
  private let path: String
  private var header: [String] = []
  private var columns: [String: Int] = [:]
  private var rows: [[(column: Int, text: String)]] = []
  private var lines: [Int] = []
  private var isNested = false
  private var cellCount = 0

  /// More keys than a table has columns.
  private static let mostKeys = 1000
  /// Cells up to which lines may have whatever keys they like.
  private static let carefree = 10_000_000

  init(path: String) { self.path = path }

  func malformed(_ reason: String, line: Int?) -> FormatError {
    .malformed(
      path: path, reason: line.map { "line \($0) \(reason)" } ?? reason,
      remedy: "give one JSON object per line or a list of objects, as pandas writes by "
        + "to_json(path, orient='records')")
  }

  mutating func add(_ value: JSONValue, line: Int) throws {
    guard case .object(let members) = value else {
      throw malformed("is not a JSON object", line: line)
    }
    for name in members.keys.filter({ columns[$0] == nil }).sorted() {
      guard header.count < Self.mostKeys else {
        throw malformed("has the \(Self.mostKeys + 1)st different key", line: line)
      }
      columns[name] = header.count
      header.append(name)
    }
    rows.append(
      members.compactMap { name, value in
        if case .null = value { return nil }
        return columns[name].map { ($0, Self.text(value)) }
      })
    cellCount += members.count
    lines.append(line)
    isNested = members.values.contains {
      switch $0 {
      case .object, .array: true
      default: false
      }
    }
  }

  func table() throws -> TextTable {
    guard !rows.isEmpty else { throw malformed("is empty", line: nil) }
    guard rows.count > 1 || !isNested else {
      throw malformed("holds one object with lists or objects in it", line: nil)
    }
    let size = rows.count * header.count
    guard size <= Self.carefree || size / 20 <= cellCount else {
      throw malformed("has \(header.count) different keys, few of them in each line", line: nil)
    }
    var cells = [[String]](
      repeating: [String](repeating: "", count: rows.count), count: header.count)
    for (row, members) in rows.enumerated() {
      for (column, text) in members { cells[column][row] = text }
    }
    return TextTable(
      path: path, header: header, columns: Dictionary(uniqueKeysWithValues: zip(header, cells)),
      lines: lines)
  }

  private static func text(_ value: JSONValue) -> String {
    if case .string(let text) = value { return text }
    return json(value)
  }

  private static func json(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): StrictJSON.quoted(text)
    case .integer(let number): String(number)
    case .number(let text): text
    case .bool(let value): value ? "true" : "false"
    case .null: "null"
    case .array(let elements): "[" + elements.map(json).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }
        .map { StrictJSON.quoted($0.key) + ": " + json($0.value) }.joined(separator: ", ") + "}"
    }
  }
}
