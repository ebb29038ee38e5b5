// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import Foundation

/// What a search found, for reading: each method's trials from the best to the worst.
package enum SweepTable {
  package static func text(_ report: SweepReport, folder: String) -> String {
    let isInParts = report.trials.contains { $0.epochs != nil }
    var table = TextTable(
      ["trial", "settings", "seeds"] + (isInParts ? ["epochs"] : [])
        + ["validation \(report.selectedBy)"], [.left, .left])
    for trial in ranked(report.trials) {
      let done = trial.scores.count { $0 != nil }
      let reached = SampleSummary(trial.scores.compactMap { $0 })
      table.add(
        [
          trial.name, trial.settings.joined(separator: " "),
          done == report.seeds.count ? "\(done)" : "\(done) of \(report.seeds.count)",
        ] + (isInParts ? [trial.epochs.map { "\($0)" } ?? ""] : []) + [
          score(trial.isPruned == true ? reached : trial.score)
            + (report.best[trial.method] == trial.name
              ? " *" : trial.isPruned == true ? " –" : "  ")
        ])
    }
    let search = ExperimentFolder(folder)
    let best = report.best.keys.sorted().map { method in
      "best of \(method): \(search.best(of: method))\(sure(report, method))\n"
    }
    let importance = report.importance.sorted { $0.key < $1.key }.map { method, shares in
      let keys = shares.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return "what made the difference for \(method): "
        + keys.map { "\($0.key) \(Numbers.percent($0.value))" }.joined(separator: ", ") + "\n"
    }
    let pruned =
      isInParts ? ["–: left behind after so many epochs, with the score that it had then.\n"] : []
    let failures = report.failures.map { "Failed: \($0.run): \($0.message); see \($0.log)\n" }
    return table.text() + "\n" + (best + importance + pruned + failures).joined()
      + "Mean ± standard deviation over seeds on the validation split; the test split was not read.\n"
      + "all trials: \(search.trials)\n"
  }

  /// How sure the winner is, in words.
  private static func sure(_ report: SweepReport, _ method: String) -> String {
    guard let found = report.confidence[method], let next = found.next, let lead = found.lead else {
      return ""
    }
    let interval = found.interval.map {
      String(format: " (95 %%: %.4f to %.4f)", $0.lower, $0.upper)
    }
    let share = found.share.map { ", first in \(Numbers.percent($0)) of resamples of the seeds" }
    return String(format: ", %.4f ahead of ", lead) + next
      + (interval ?? "") + (share ?? ", of one seed alone")
  }

  /// By method in their order, then by score; trials without one at the end.
  private static func ranked(_ trials: [SweepReport.Trial]) -> [SweepReport.Trial] {
    var methods: [String] = []
    for trial in trials where !methods.contains(trial.method) { methods.append(trial.method) }
    return methods.flatMap { method in
      trials.enumerated().filter { $1.method == method }
        .sorted { left, right in
          let scores = (left.element, right.element)
          let first = rank(scores.0)
          let second = rank(scores.1)
          return first == second ? left.offset < right.offset : first > second
        }.map(\.element)
    }
  }

  /// Those that came farther first, then by score.
  private static func rank(_ trial: SweepReport.Trial) -> Double {
    if let mean = trial.score?.mean { return mean }
    guard trial.isPruned == true, let epochs = trial.epochs else { return -.infinity }
    let mean = SampleSummary(trial.scores.compactMap { $0 })?.mean ?? -1e9
    // Below every whole run, by the epochs and then by the score.
    return -1e12 / Double(epochs) + mean
  }

  private static func score(_ summary: SampleSummary?) -> String {
    guard let summary else { return "–" }
    let mean = String(format: "%.4f", summary.mean)
    return summary.deviation.map { mean + String(format: " ± %.4f", $0) } ?? mean
  }
}
