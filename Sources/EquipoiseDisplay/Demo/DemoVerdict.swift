// SPDX-License-Identifier: Apache-2.0
import Equipoise

/// What the demo ends with: the verdict on joint training, and what AIM gives back.
struct DemoVerdict {
  private let comparisons: [DemoComparison]

  /// - Parameter comparisons: one for each seed, with the same modalities.
  init(_ comparisons: [DemoComparison]) { self.comparisons = comparisons }

  var text: String {
    guard let joint = verdict(\.joint) else { return "" }
    let gain = verdict(\.aim).flatMap { joint.gain(of: $0, named: AIM.name) }
    return VerdictText(verdict: joint).text + (gain.map { $0 + "\n" } ?? "")
  }

  private func verdict(_ report: (DemoComparison) -> EvaluationReport) -> Verdict? {
    func training(_ comparison: DemoComparison, _ report: EvaluationReport) -> Verdict.Training {
      Verdict.Training(Repetition(seed: comparison.seed), report)
    }
    var alone: [String: [Verdict.Training]] = [:]
    for comparison in comparisons {
      for (name, report) in comparison.alone {
        alone[name, default: []].append(training(comparison, report))
      }
    }
    return Verdict(comparisons.map { training($0, report($0)) }, alone: alone)
  }
}
