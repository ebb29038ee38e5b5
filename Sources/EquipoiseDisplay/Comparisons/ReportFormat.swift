// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// How a comparison is printed.
package enum ReportFormat: String, CaseIterable {
  /// For reading on a terminal.
  case table
  /// For a README or an issue.
  case markdown
  /// For a paper; what the numbers are stands in comments.
  case latex
  /// One line for each entry, full precision.
  case csv
  /// Everything, every run included.
  case json

  /// The report in this format.
  package func text(of report: ComparisonReport) throws -> String {
    let tables = ComparisonTables(report)
    let grids =
      [tables.scores] + tables.otherScores
      + [tables.robustness, tables.folds, tables.choices, tables.differences].compactMap { $0 }
    switch self {
    case .table:
      return (grids.map(\.text) + [""])
        .joined(separator: "\n") + lines(tables.notes + [""] + tables.verdict)
    case .markdown:
      return grids.map(\.markdown)
        .joined(separator: "\n") + "\n"
        + lines((tables.verdict + tables.notes).map { "- " + Grid.markdown($0) })
    case .latex:
      return lines((tables.verdict + tables.notes).map { "% " + $0 })
        + grids.map(\.latex)
        .joined(separator: "\n")
    case .csv: return ComparisonCSV.text(report)
    case .json: return try JSONOutput.text(report) + "\n"
    }
  }

  private func lines(_ texts: [String]) -> String { texts.map { $0 + "\n" }.joined() }
}
