// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import Foundation

/// What a cell of a table says apart from how it is written.
package enum TableCell {
  /// Without white space around it.
  package static func trimmed(_ cell: String) -> String {
    cell.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Whether the cell says that there is nothing: empty, or as pandas and R write it.
  package static func isMissing(_ cell: String) -> Bool {
    cell.isEmpty || missing.contains(cell)
  }

  /// Some of the cells between quotes, for messages: `'a', 'b', …`.
  package static func shown(_ cells: some Collection<String>, limit: Int = 3) -> String {
    let some = cells.prefix(limit).map { "'\($0.prefix(40))\($0.count > 40 ? "…" : "")'" }
    return some.joined(separator: ", ") + (cells.count > limit ? ", …" : "")
  }

  /// A number with a decimal point or comma.
  package static func number(_ cell: String) -> Double? {
    Double(cell) ?? (cell.count { $0 == "," } == 1 ? Double(cell.replacing(",", with: ".")) : nil)
  }

  /// The same as `pandas.read_csv` takes by default.
  private static let missing: Set<String> = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
    "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
  ]
}
