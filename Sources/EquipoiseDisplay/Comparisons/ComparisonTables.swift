// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// A comparison as tables for reading: scores, differences from the baseline, and what they are.
struct ComparisonTables {
  private let report: ComparisonReport
  private let modalities: [String]
  private let leading: [Score]
  private let others: [Score]
  /// What modalities are told apart by.
  private let measure: Score
  /// Slices where every entry has them, so that a column has one meaning.
  private let usesSlices: Bool

  init(_ report: ComparisonReport) {
    self.report = report
    let finished = report.entries.filter { !$0.runs.isEmpty }
    leading = report.scores.filter(\.isLeading)
    others = report.scores.filter { !$0.isLeading }
    measure = Score.measure(of: report.task)
    modalities = Set(report.entries.flatMap(\.modalities.keys)).sorted()
    usesSlices = finished.allSatisfy { $0.modalities.values.allSatisfy { $0.slice != nil } }
  }

  // MARK: Scores

  /// Means ± standard deviations, of shares in percent.
  var scores: Grid {
    let inside = usesSlices ? "slice" : "zero-out"
    let sign = measure.unit == .share ? " %" : ""
    var grid = Grid(
      ["entry", runs] + leading.map(title)
        + modalities.flatMap { ["\($0) \(inside)" + sign] + (isNested ? [] : ["alone" + sign]) }
        + ["imbalance" + sign, "time s", "multiply-adds/sample"])
    for entry in report.entries {
      grid.add(
        [entry.name, seeds(entry)] + leading.map { cell(entry[$0], $0) }
          + modalities.flatMap { cells(entry.modalities[$0]) }
          + [
            cell(entry.imbalance, measure), spread(entry.seconds, digits: 1),
            entry.multiplyAddsPerSample.map { Numbers.count(Int(saturating: $0.mean.rounded())) }
              ?? "–",
          ])
    }
    return grid
  }

  /// The scores that the first table has no room for, in tables that a terminal has room for.
  var otherScores: [Grid] {
    stride(from: 0, to: others.count, by: Self.widest).map { first in
      let scores = others[first..<min(first + Self.widest, others.count)]
      var grid = Grid(["entry", runs] + scores.map(title))
      for entry in report.entries {
        grid.add([entry.name, seeds(entry)] + scores.map { cell(entry[$0], $0) })
      }
      return grid
    }
  }

  /// The most scores of a table of other scores.
  private static let widest = 5

  private func title(_ score: Score) -> String {
    score.title + (score.unit == .share ? " %" : "")
  }

  private func cell(_ summary: SampleSummary?, _ score: Score) -> String {
    score.unit == .share ? percent(summary) : spread(summary, digits: 4)
  }

  private func seeds(_ entry: ComparisonReport.Entry) -> String {
    let (done, all) = (entry.runs.count, report.stamp.seeds.count * (report.stamp.folds ?? 1))
    return done == all ? "\(all)" : "\(done) of \(all)"
  }

  private func cells(_ modality: ComparisonReport.Modality?) -> [String] {
    [cell(usesSlices ? modality?.slice : modality?.zeroOut, measure)]
      + (isNested ? [] : [cell(modality?.alone, measure)])
  }

  /// Whether settings were searched in each fold; there is nothing trained alone then.
  private var isNested: Bool { report.entries.contains { $0.chosen != nil } }

  private func percent(_ summary: SampleSummary?) -> String {
    spread(summary, factor: 100, digits: 1)
  }

  private func spread(_ summary: SampleSummary?, factor: Double = 1, digits: Int) -> String {
    guard let summary else { return "–" }
    let mean = String(format: "%.*f", digits, factor * summary.mean)
    return summary.deviation.map { mean + String(format: " ± %.*f", digits, factor * $0) } ?? mean
  }

  /// What a row's numbers are the mean of.
  private var runs: String { report.stamp.folds == nil ? "seeds" : "runs" }

  // MARK: Robustness

  /// The areas under the curves of missing and noisy modalities; `nil` where no run has them.
  var robustness: Grid? {
    let names = Set(report.entries.flatMap(\.robustness.keys)).sorted()
    guard !names.isEmpty else { return nil }
    let sign = measure.unit == .share ? " %" : ""
    var grid = Grid(
      ["area under \(measure.title)"]
        + names.flatMap { ["\($0) missing" + sign, "\($0) noise" + sign] })
    for entry in report.entries {
      grid.add(
        [entry.name]
          + names.flatMap { name in
            let areas = entry.robustness[name]
            return [cell(areas?.missing, measure), cell(areas?.noise, measure)]
          })
    }
    return grid
  }

  // MARK: Folds

  /// The first leading score of every entry fold by fold, the mean over seeds; `nil` without cross-validation.
  var folds: Grid? {
    leading.first.flatMap { score in
      byFold("\(title(score)) by fold") { entry, fold in
        let own = entry.runs.filter { $0.fold == fold }.compactMap { $0.report[score] }
        return cell(SampleSummary(own), score)
      }
    }
  }

  /// What a search chose in each fold; `nil` where none did.
  var choices: Grid? {
    guard isNested else { return nil }
    return byFold("chosen in fold") { entry, fold in
      let own = entry.chosen.flatMap { $0.indices.contains(fold) ? $0[fold] : nil } ?? []
      return own.isEmpty ? "–" : own.joined(separator: " ")
    }
  }

  /// A row for each fold, with a cell for each entry; `nil` without folds.
  private func byFold(
    _ title: String, _ cell: (ComparisonReport.Entry, Int) -> String
  ) -> Grid? {
    guard let count = report.stamp.folds else { return nil }
    var grid = Grid([title] + report.entries.map(\.name))
    for fold in 0..<count { grid.add(["\(fold)"] + report.entries.map { cell($0, fold) }) }
    return grid
  }

  // MARK: Differences

  /// Each entry against the baseline, shares in percentage points; `nil` when there is nothing to tell.
  var differences: Grid? {
    let baseline = report.stamp.baseline
    let inPoints = leading.allSatisfy { $0.unit == .share }
    let isPaired = report.stamp.folds == nil
    var grid = Grid(
      ["against \(baseline)", "score", runs, inPoints ? "points" : "difference", "95 % interval"]
        + (isPaired
          ? ["sign-flip p", "Holm", "t-test p", "Holm"] : ["corrected t-test p", "Holm"]))
    for entry in report.entries {
      for score in leading {
        guard let found = entry.differences[score.name] else { continue }
        grid.add(
          [
            entry.name, score.title, "\(found.seeds.count)", difference(found.mean, score),
            interval(found.interval, score),
          ]
            + ((isPaired ? [found.signFlipP, found.signFlipHolm] : [])
            + [found.tTestP, found.tTestHolm]).map(probability))
      }
    }
    return grid.rows.isEmpty ? nil : grid
  }

  private func interval(_ interval: ConfidenceInterval?, _ score: Score) -> String {
    interval.map { "\(difference($0.lower, score)) to \(difference($0.upper, score))" } ?? "–"
  }

  private func difference(_ value: Double, _ score: Score) -> String {
    let text =
      score.unit == .share
      ? String(format: "%+.1f", 100 * value) : String(format: "%+.4f", value)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  private func probability(_ p: Double?) -> String {
    guard let p else { return "–" }
    return p < 0.001 ? "< 0.001" : String(format: p < 0.1 ? "%.3f" : "%.2f", p)
  }

  // MARK: Verdict

  /// What the baseline makes of each modality, and what the others give back; a sentence each.
  var verdict: [String] {
    let baseline = report.entries.first { $0.name == report.stamp.baseline }
    guard let baseline, let verdict = baseline.verdict else { return [] }
    let own = verdict.sentences.enumerated().map {
      $0 == 0 ? "Verdict on '\(baseline.name)': \($1)" : $1
    }
    return own
      + report.entries.compactMap { entry in
        entry.name == baseline.name
          ? nil : entry.verdict.flatMap { verdict.gain(of: $0, named: entry.name) }
      }
  }

  // MARK: Notes

  /// What the numbers are, a sentence each.
  var notes: [String] {
    [scope, origin, meaning] + (differences == nil ? [] : statistics)
      + report.failures.map { "Failed: \($0.run): \($0.message); see \($0.log)" }
  }

  private var scope: String {
    let stamp = report.stamp
    let seeds = "seeds \(list(stamp.seeds))"
    guard !stamp.splits.isEmpty else { return "No run is finished; \(seeds)." }
    let read =
      stamp.splits == ["test"]
      ? "Test split, read once per run"
      : "Scored on \(stamp.splits.joined(separator: " and "))"
    let folds =
      (stamp.folds.map { "; \($0) folds, each the test split once" } ?? "")
      + (isNested ? ", with settings searched on the other folds alone" : "")
    return "\(read); epoch selected on validation by \(list(stamp.selectedBy)); \(seeds)\(folds)."
  }

  private var origin: String {
    let stamp = report.stamp
    return "Commit \(list(stamp.commits)), libtorch \(list(stamp.libtorch)), threads per run "
      + "\(list(stamp.threads)), \(list(stamp.devices)), \(list(stamp.processors))."
  }

  private var meaning: String {
    let inside =
      usesSlices
      ? "slice: a modality's own part of the fused logits"
      : "zero-out: the fused logits with the other modalities' features at zero"
    let over = report.stamp.folds == nil ? "seeds" : "folds and seeds"
    let alone = isNested ? "" : " alone: the same modality trained alone;"
    return "Mean ± standard deviation over \(over). \(inside.capitalizedFirst);\(alone) "
      + "imbalance: largest minus smallest Shapley value; time: training "
      + "without evaluation; multiply-adds: of a training step."
  }

  private var statistics: [String] {
    if let folds = report.stamp.folds {
      return [
        "Paired by fold, each the mean over its seeds. Folds share training samples: p and interval are those of the "
          + "corrected resampled t-test (Nadeau and Bengio, 2003) of \(folds) folds.",
        "Holm: corrected for the number of entries, each score a family of its own.",
      ]
    }
    let pairs = report.stamp.seeds.count
    let smallest = SignFlipTest.smallestP(pairs: pairs)
    let limit =
      smallest > 0.05
      ? " With \(pairs) seeds it cannot be below \(smallest), whatever the scores." : ""
    return [
      "Paired by seed. The p to go by is that of the exact two-sided sign-flip (permutation) test."
        + limit + " The paired t-test beside it assumes normal differences.",
      "Holm: corrected for the number of entries, each score a family of its own. Interval: "
        + "bootstrap over seeds (percentile, \(ConfidenceInterval.resamples) resamples).",
    ]
  }

  private func list(_ values: [some CustomStringConvertible]) -> String {
    values.map(\.description).joined(separator: ", ")
  }
}

extension String {
  /// The text with its first letter in upper case.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
