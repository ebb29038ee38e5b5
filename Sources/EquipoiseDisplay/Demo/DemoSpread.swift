// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation

/// The demo's comparison over several seeds: means and standard deviations (n − 1).
package struct DemoSpread {
  private let comparisons: [DemoComparison]

  /// - Parameter comparisons: one for each seed, with the same modalities.
  package init(_ comparisons: [DemoComparison]) { self.comparisons = comparisons }

  package var text: String {
    var table = TextTable(["test accuracy, %", "joint", "neglect", "AIM", "neglect", "alone"])
    for index in comparisons.first?.rows.indices ?? 0..<0 {
      let rows = comparisons.map { $0.rows[index] }
      table.add([
        rows[0].name, spread(rows.map { DemoComparison.Row.accuracy($0.joint) }),
        spread(rows.map(\.jointNeglect)), spread(rows.map { DemoComparison.Row.accuracy($0.aim) }),
        spread(rows.map(\.aimNeglect)), spread(rows.map(\.alone)),
      ])
    }
    table.add([
      "together", spread(comparisons.map(\.joint.accuracy)), "",
      spread(comparisons.map(\.aim.accuracy)), "", "",
    ])
    return "\n\(table.text())\(comparisons.count) seed(s), mean ± standard deviation.\n"
      + DemoVerdict(comparisons).text
  }

  private func spread(_ shares: [Double]) -> String {
    guard let summary = SampleSummary(shares.map { 100 * $0 }) else { return "" }
    let deviation = summary.deviation.map { String(format: " ± %.1f", $0) } ?? ""
    return String(format: "%.1f", summary.mean) + deviation
  }
}
