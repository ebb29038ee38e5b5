// SPDX-License-Identifier: Apache-2.0
internal import Equipoise
internal import EquipoiseFormats

/// The trials of a search, as `trials.csv` has them.
struct ReportSearch: Encodable {
  let folder: String
  let header: [String]
  /// Trial by trial, the best of each method and then those that came farthest first.
  let rows: [[String]]

  /// Reads a search.
  ///
  /// - Throws: `FormatError` for a damaged file.
  init(_ folder: String) throws {
    self.folder = folder
    let table = try CSV.read(ExperimentFolder(folder).trials)
    let columns = try table.header.map { try table.column($0) }
    header = table.header
    let all = (0..<table.rowCount).map { row in columns.map { $0[row] } }
    func number(_ name: String, _ row: [String]) -> Double {
      table.header.firstIndex(of: name).flatMap { Double(row[$0]) } ?? -.infinity
    }
    let methods = try table.column("method")
    let order = Dictionary(methods.enumerated().map { ($1, $0) }) { first, _ in first }
    let method = table.header.firstIndex(of: "method") ?? 0
    rows = all.enumerated().sorted { left, right in
      func key(_ row: [String]) -> [Double] {
        [
          -Double(order[row[method]] ?? 0), number("best", row), number("epochs", row),
          number("mean", row),
        ]
      }
      let (a, b) = (key(left.element), key(right.element))
      return a == b ? left.offset < right.offset : b.lexicographicallyPrecedes(a)
    }.map(\.element)
  }
}
