// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// Scores over levels of disturbance, a table for each kind.
package enum RobustnessTable {
  /// Both tables.
  package static func text(_ report: RobustnessReport) -> String {
    text("missing from", report.missing, report) { Numbers.score($0, .share) }
      + text("noise", report.noise, report) { "\($0)" }
  }

  private static func text(
    _ title: String, _ curves: [String: RobustnessCurve], _ report: RobustnessReport,
    level: (Double) -> String
  ) -> String {
    let names = curves.keys.sorted()
    guard let first = names.first.flatMap({ curves[$0] }) else { return "" }
    let score = Score(rawValue: report.score) ?? .accuracy
    var table = TextTable(
      [title] + first.levels.map(level) + ["area"], [.left])
    for name in names {
      guard let curve = curves[name] else { continue }
      table.add([name] + (curve.scores + [curve.area]).map { Numbers.score($0, score.unit) })
    }
    return "\n" + table.text()
  }
}
