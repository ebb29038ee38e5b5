/// A table of text as one JSON object a line, all of whose members are text or whole numbers.
package enum JSONTable {
  /// The table in the file at `path`: its columns are all keys, cells without one are empty. Throws
  /// `FormatError`, for faulty lines with their number.
  package static func read(_ path: String) throws -> CSVTable {
    let file = try MappedFile(path: path)
    var rows: [[String: String]] = []
    var lines: [Int] = []
    var header: [String] = []
    try file.withBytes { bytes in
      let pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (number, piece) in pieces.enumerated() {
        let line = UnsafeRawBufferPointer(rebasing: piece)
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        let row = try cells(line, path: path, number: number + 1)
        header += row.keys.filter { !header.contains($0) }.sorted()
        rows.append(row)
        lines.append(number + 1)
      }
    }
    guard !rows.isEmpty else {
      throw FormatError.malformed(
        path: path, reason: "is empty", remedy: "give one JSON object per line")
    }
    let columns = header.map { name in (name, rows.map { $0[name] ?? "" }) }
    return CSVTable(
      path: path, header: header, columns: Dictionary(uniqueKeysWithValues: columns), lines: lines)
  }

  private static func cells(
    _ line: UnsafeRawBufferPointer, path: String, number: Int
  ) throws -> [String: String] {
    func malformed(_ reason: String) -> FormatError {
      .malformed(
        path: path, reason: "line \(number) \(reason)",
        remedy: "give one JSON object per line, with text or whole numbers as members")
    }
    guard case .object(let members) = try StrictJSON.parse(line, malformed: malformed) else {
      throw malformed("is no JSON object")
    }
    return try members.mapValues { value in
      switch value {
      case .string(let text): return text
      case .integer(let number): return String(number)
      case .null: return ""
      default: throw malformed("has a member that is neither text nor a whole number")
      }
    }
  }
}
