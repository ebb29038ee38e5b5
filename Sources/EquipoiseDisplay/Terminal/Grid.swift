// SPDX-License-Identifier: Apache-2.0
/// A table that can be written for several readers.
struct Grid {
  /// The titles of its columns; the first column is a name, the others are numbers.
  let titles: [String]
  private(set) var rows: [[String]] = []

  /// A grid without rows.
  init(_ titles: [String]) { self.titles = titles }

  /// Adds a row of as many texts as there are columns.
  mutating func add(_ row: [String]) {
    precondition(row.count == titles.count, "\(row.count) texts for \(titles.count) columns")
    rows.append(row)
  }

  /// For a terminal.
  var text: String {
    var table = TextTable(titles)
    for row in rows { table.add(row) }
    return table.text()
  }

  /// For Markdown.
  var markdown: String {
    func line(_ row: [String]) -> String { "| " + row.joined(separator: " | ") + " |\n" }
    let rule = line(["---"] + titles.dropFirst().map { _ in "---:" })
    let head = line(titles.map(Self.markdown)) + rule
    return head + rows.map { line($0.map(Self.markdown)) }.joined()
  }

  /// For LaTeX, without packages.
  var latex: String {
    func line(_ row: [String]) -> String {
      "  " + row.map(Self.latex).joined(separator: " & ") + " \\\\\n"
    }
    let columns = "l" + String(repeating: "r", count: titles.count - 1)
    return "\\begin{tabular}{\(columns)}\n  \\hline\n" + line(titles) + "  \\hline\n"
      + rows.map(line).joined() + "  \\hline\n\\end{tabular}\n"
  }

  // MARK: Escapes

  /// The text with the characters that mean something in a Markdown table made to mean themselves.
  static func markdown(_ text: String) -> String {
    text.reduce(into: "") { $0 += "\\`*_|<[".contains($1) ? "\\\($1)" : String($1) }
  }

  /// The text with the characters that mean something in LaTeX made to mean themselves.
  static func latex(_ text: String) -> String {
    text.reduce(into: "") { $0 += escapes[$1] ?? String($1) }
  }

  private static let escapes: [Character: String] = [
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
    "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}",
    "±": "$\\pm$", "−": "$-$", "–": "--", "<": "$<$", "×": "$\\times$",
  ]
}
