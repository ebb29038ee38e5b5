// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// What an epoch's record is made of, by hand.
struct StepLogTests {
  /// A step whose loss is `loss`, with samples that are predicted as class 1.
  private func report(
    _ loss: Double, samples: Int, _ telemetry: [(String, Double)] = []
  ) -> StepReport {
    let rows = (0..<2 * samples).map { Double($0 % 2) }
    var report = StepReport(
      loss: Tensor(loss), logits: Tensor(rows, shape: [samples, 2]))
    report.telemetry = telemetry.map { (name: .telemetry($0.0), value: Tensor($0.1)) }
    return report
  }

  private func log(_ kind: Device.Kind = .cpu) -> StepLog {
    StepLog(continuing: RunningTotals(), device: Device(kind: kind, index: 0))
  }

  @Test func lossesCountBySample() {
    var log = log()
    #expect(log.add(report(2, samples: 3), labels: Tensor([1, 0, 1]), step: 0) == nil)
    #expect(log.add(report(6, samples: 1), labels: Tensor([0]), step: 1) == nil)
    // (3 · 2 + 1 · 6) and two of four right.
    #expect(log.totals.loss == 12)
    #expect(log.totals.samples == 4)
    #expect(log.totals.correct == 2)
  }

  /// A number counts once for each step that reported it, whatever the others did.
  @Test func telemetryIsTheMeanOverTheStepsThatHadIt() {
    var log = log()
    _ = log.add(report(1, samples: 3, [("a", 1), ("b", 10)]), labels: Tensor([1, 1, 1]), step: 0)
    _ = log.add(report(1, samples: 1), labels: Tensor([1]), step: 1)
    _ = log.add(report(1, samples: 1, [("c", -2), ("a", 4)]), labels: Tensor([1]), step: 2)
    _ = log.add(report(1, samples: 1, [("a", 4)]), labels: Tensor([1]), step: 3)
    #expect(log.telemetryMeans == [.telemetry("a"): 3, .telemetry("b"): 10, .telemetry("c"): -2])
    log.reset()
    #expect(log.telemetryMeans.isEmpty && log.totals == RunningTotals())
  }

  /// 0.25 of 2 samples and 0.75 of 6.
  @Test func weightsCount() {
    var log = log()
    for (value, weight) in [(0.25, 2), (0.75, 6)] {
      var step = report(1, samples: 1, [("a", value), ("b", value)])
      step.weights[.telemetry("a")] = weight
      _ = log.add(step, labels: Tensor([1]), step: 0)
    }
    #expect(log.telemetryMeans == [.telemetry("a"): 0.625, .telemetry("b"): 0.5])
    #expect(log.totals.telemetry[.telemetry("a")]?.steps == 8)
  }

  @Test func aLogContinuesFromWhatWasSaved() {
    var first = log()
    _ = first.add(report(2, samples: 3, [("a", 1)]), labels: Tensor([1, 1, 0]), step: 0)
    var second = StepLog(continuing: first.totals, device: .cpu)
    _ = second.add(report(4, samples: 1, [("a", 3)]), labels: Tensor([1]), step: 1)
    #expect(second.totals.loss == 10)
    #expect(second.totals.samples == 4)
    #expect(second.totals.correct == 3)
    #expect(second.telemetryMeans == [.telemetry("a"): 2])
  }

  /// On an accelerator steps are read sixteen at a time; the sums are the same.
  @Test func readingManyAtOnceChangesNoNumber() {
    var (now, later) = (log(), log(.cuda))
    for step in 0..<20 {
      let telemetry = step % 3 == 0 ? [("a", Double(step))] : [("b", 1.0), ("a", 2)]
      let report = report(Double(step), samples: 1 + step % 4, telemetry)
      let labels = Tensor(Array(repeating: step % 2, count: 1 + step % 4))
      #expect(now.add(report, labels: labels, step: step) == nil)
      #expect(later.add(report, labels: labels, step: step) == nil)
      #expect((later.totals.samples == 0) == (step < 15))
    }
    #expect(later.totals != now.totals)
    #expect(later.read() == nil)
    #expect(later.totals == now.totals && later.telemetryMeans == now.telemetryMeans)
    #expect(later.read() == nil && later.totals == now.totals)
  }

  @Test func theFirstLossThatIsNotFiniteIsNamed() {
    var log = log(.cuda)
    for (step, loss) in [1.0, 2, .nan, .infinity].enumerated() {
      #expect(log.add(report(loss, samples: 1), labels: Tensor([1]), step: step) == nil)
    }
    #expect(log.read() == 2)
    #expect(log.totals.loss == 3 && log.totals.samples == 2)
  }
}
