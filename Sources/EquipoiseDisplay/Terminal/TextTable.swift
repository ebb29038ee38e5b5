// SPDX-License-Identifier: Apache-2.0
/// Rows of text in aligned columns.
package struct TextTable {
  /// On which side of a column shorter texts lie.
  package enum Alignment {
    case left, right
  }

  private let titles: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table without rows; the columns that `alignments` does not name are aligned right, as numbers
  /// are.
  package init(_ titles: [String], _ alignments: [Alignment] = [.left]) {
    self.titles = titles
    self.alignments = titles.indices.map { $0 < alignments.count ? alignments[$0] : .right }
  }

  /// Adds a row; texts that are missing at its end are empty.
  package mutating func add(_ row: [String]) {
    precondition(row.count <= titles.count, "\(row.count) texts for \(titles.count) columns")
    rows.append(row.map(VisibleText.ofLine) + Array(repeating: "", count: titles.count - row.count))
  }

  /// The table's lines, the titles first; a table without titles starts with its rows.
  package func text(_ style: Style = .output) -> String {
    let hasTitles = titles.contains { !$0.isEmpty }
    let widths = titles.indices.map { column in
      ([titles] + rows).map { $0[column].count }.max() ?? 0
    }
    let head = hasTitles ? [style.bold(line(titles, widths))] : []
    return (head + rows.map { line($0, widths) }).map { $0 + "\n" }.joined()
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, text) in row.enumerated() {
      let padding = String(repeating: " ", count: widths[index] - text.count)
      line +=
        (index > 0 ? "  " : "") + (alignments[index] == .left ? text + padding : padding + text)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
