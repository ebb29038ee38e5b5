// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// Scores as a table: fused, then each modality by every way of asking.
package enum ScoreTable {
  /// The scores of a finished run.
  package static func text(_ result: RunResult) -> String {
    let columns =
      [("validation", result.validation)] + (result.test.map { [("test", $0)] } ?? [])
    let epoch = result.bestEpoch.map { ", best epoch \($0 + 1) by \(result.selectedBy)" } ?? ""
    return "\(result.method), seed \(result.seed), \(result.steps) steps in "
      + "\(Numbers.duration(result.seconds))\(epoch)\n\n" + text(columns) + "\n"
  }

  /// Reports side by side, each under its title.
  package static func text(_ columns: [(title: String, report: EvaluationReport)]) -> String {
    let reports = columns.map(\.report)
    var table = TextTable(["", ""] + columns.map(\.title), [.left, .left])
    func add(_ name: String, _ score: String, _ value: (EvaluationReport) -> String) {
      table.add([name, score] + reports.map(value))
    }
    let scores = Score.all.filter { score in reports.contains { $0[score] != nil } }
    for (index, score) in scores.enumerated() {
      add(index == 0 ? "fused" : "", score.title) { Numbers.score($0[score], score.unit) }
    }
    let measure = Score.measure(of: reports[0].task)
    for name in reports[0].modalities.keys.sorted() {
      addModality(name, reports.map { $0.modalities[name] }, measure, to: &table)
    }
    if reports.contains(where: { $0.shapley != nil && $0.modalities.count > 1 }) {
      add("Shapley", "imbalance") { Numbers.score($0.shapley?.imbalance, measure.unit) }
    }
    add("samples", "") { Numbers.count($0.samples) }
    addPatterns(reports, measure, to: &table)
    return table.text()
  }

  /// What is achieved on the samples of each set of modalities, with their number.
  private static func addPatterns(
    _ reports: [EvaluationReport], _ measure: Score, to table: inout TextTable
  ) {
    for name in Set(reports.flatMap(\.patterns.keys)).sorted() {
      let patterns = reports.map { $0.patterns[name] }
      table.add(
        ["only \(name)", measure.title] + patterns.map { Numbers.score($0?[measure], measure.unit) }
      )
      table.add(["", "samples"] + patterns.map { $0.map { Numbers.count($0.samples) } ?? "–" })
    }
  }

  private static func addModality(
    _ name: String, _ reports: [ModalityReport?], _ measure: Score, to table: inout TextTable
  ) {
    let ways: [(String, Score.Unit, (ModalityReport) -> Double?)] = [
      ("slice", measure.unit, { $0.slice }), ("zero-out", measure.unit, { $0.zeroOut }),
      ("probe", measure.unit, { $0.probe }),
      ("conditional utilisation", .share, { $0.utilisation }),
    ]
    var title = name
    for (way, unit, score) in ways {
      let scores = reports.map { $0.flatMap(score) }
      guard scores.contains(where: { $0 != nil }) else { continue }
      table.add([title, way] + scores.map { Numbers.score($0, unit) })
      title = ""
    }
  }
}
