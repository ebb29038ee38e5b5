// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation

/// What a search found, for reading: each method's trials from the best to the worst.
enum SweepTable {
  static func text(_ report: SweepReport, folder: String) -> String {
    var table = TextTable(
      ["trial", "settings", "seeds", "validation \(report.selectedBy)"], [.left, .left])
    for trial in ranked(report.trials) {
      let done = trial.scores.count { $0 != nil }
      table.add([
        trial.name, trial.settings.joined(separator: " "),
        done == report.seeds.count ? "\(done)" : "\(done) of \(report.seeds.count)",
        score(trial.score) + (report.best[trial.method] == trial.name ? " *" : "  "),
      ])
    }
    let search = ExperimentFolder(folder)
    let best = report.best.keys.sorted().map { "best of \($0): \(search.best(of: $0))\n" }
    let failures = report.failures.map { "Failed: \($0.run): \($0.message); see \($0.log)\n" }
    return table.text() + "\n" + (best + failures).joined()
      + "Mean ± standard deviation over seeds on the validation split; the test split was not read.\n"
      + "all trials: \(search.trials)\n"
  }

  /// By method in their order, then by score; trials without one at the end.
  private static func ranked(_ trials: [SweepReport.Trial]) -> [SweepReport.Trial] {
    var methods: [String] = []
    for trial in trials where !methods.contains(trial.method) { methods.append(trial.method) }
    return methods.flatMap { method in
      trials.enumerated().filter { $1.method == method }
        .sorted { left, right in
          let scores = (left.element, right.element)
          let first = scores.0.score?.mean ?? -.infinity
          let second = scores.1.score?.mean ?? -.infinity
          return first == second ? left.offset < right.offset : first > second
        }.map(\.element)
    }
  }

  private static func score(_ summary: SampleSummary?) -> String {
    guard let summary else { return "–" }
    let mean = String(format: "%.4f", summary.mean)
    return summary.deviation.map { mean + String(format: " ± %.4f", $0) } ?? mean
  }
}
