import Torch

/// Gathers what steps report without making the device wait: numbers stay on it until a batch of
/// them is read at once.
struct StepLog {
  /// Sums of the epoch under way, as far as they have been read.
  private(set) var totals: RunningTotals
  private var pending: [Entry] = []
  private let readEvery: Int

  private struct Entry {
    let step: Int
    let samples: Int
    let loss: Tensor
    let correct: Tensor
    let telemetry: [(name: String, value: Tensor)]
  }

  /// A log that continues from `totals`. On the CPU reading is free and done at every step.
  init(continuing totals: RunningTotals, device: Device) {
    self.totals = totals
    readEvery = device.kind == .cpu ? 1 : 16
  }

  /// Takes a step's report.
  ///
  /// - Returns: the first step whose loss is not finite, once it has been read.
  mutating func add(_ report: StepReport, labels: Tensor, step: Int) -> Int? {
    let correct = report.logits.argmax(1).equal(labels).sum()
    pending.append(
      Entry(
        step: step, samples: labels.count, loss: report.loss, correct: correct,
        telemetry: report.telemetry))
    return pending.count >= readEvery ? read() : nil
  }

  /// Reads what is pending.
  ///
  /// - Returns: the first step whose loss is not finite.
  mutating func read() -> Int? {
    guard !pending.isEmpty else { return nil }
    let losses = Tensor.stacked(pending.map { $0.loss.to(.float64) }).array(of: Double.self)
    let correct = Tensor.stacked(pending.map(\.correct)).array(of: Int.self)
    defer { pending.removeAll() }
    for (index, entry) in pending.enumerated() {
      guard losses[index].isFinite else { return entry.step }
      totals.samples += entry.samples
      totals.loss += losses[index] * Double(entry.samples)
      totals.correct += correct[index]
      totals.steps += 1
      for item in entry.telemetry { totals.telemetry[item.name, default: 0] += item.value.item() }
    }
    return nil
  }

  /// Means of the telemetry over the steps read.
  var telemetryMeans: [String: Double] {
    totals.telemetry.mapValues { $0 / Double(max(1, totals.steps)) }
  }

  /// Starts the next epoch.
  mutating func reset() { totals = RunningTotals() }
}
