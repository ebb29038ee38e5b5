// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMethods
package import EquipoiseTorch

/// Gathers what steps report without making the device wait: numbers stay on it until a batch of
/// them is read at once.
package struct StepLog {
  /// Sums of the epoch under way, as far as they have been read.
  package private(set) var totals: RunningTotals
  private var pending: [Entry] = []
  private let readEvery: Int
  private let task: LearningTask

  private struct Entry {
    let step: Int
    let samples: Int
    let loss: Tensor
    let correct: Tensor?
    let telemetry: [(name: MetricName, value: Tensor)]
    let weights: [MetricName: Int]
  }

  /// A log that continues from `totals`. On the CPU reading is free and done at every step.
  package init(
    continuing totals: RunningTotals, device: Device, task: LearningTask = .classification
  ) {
    (self.totals, self.task) = (totals, task)
    readEvery = device.kind == .cpu ? 1 : 16
  }

  /// Takes a step's report.
  ///
  /// - Returns: the first step whose loss is not finite, once it has been read.
  package mutating func add(_ report: StepReport, labels: Tensor, step: Int) -> Int? {
    // Only a class is right or wrong.
    let correct =
      task == .classification ? report.logits.argmax(1).equal(labels).sum() : nil
    pending.append(
      Entry(
        step: step, samples: labels.size(0), loss: report.loss, correct: correct,
        telemetry: report.telemetry, weights: report.weights))
    return pending.count >= readEvery ? read() : nil
  }

  /// Reads what is pending.
  ///
  /// - Returns: the first step whose loss is not finite.
  mutating func read() -> Int? {
    guard !pending.isEmpty else { return nil }
    let losses = pending.map(\.loss).doubles()
    let counts = pending.compactMap(\.correct)
    let correct = counts.isEmpty ? [] : Tensor.stacked(counts).array(of: Int.self)
    var reported = telemetry(of: pending)[...]
    defer { pending.removeAll() }
    for (index, entry) in pending.enumerated() {
      guard losses[index].isFinite else { return entry.step }
      totals.samples += entry.samples
      totals.loss += losses[index] * Double(entry.samples)
      if !correct.isEmpty { totals.correct += correct[index] }
      for item in entry.telemetry {
        let weight = entry.weights[item.name] ?? 1
        totals.telemetry[item.name, default: TelemetrySum()].sum +=
          reported.removeFirst() * Double(weight)
        totals.telemetry[item.name, default: TelemetrySum()].steps += weight
      }
    }
    return nil
  }

  /// What the steps reported, one after the other.
  private func telemetry(of entries: [Entry]) -> [Double] {
    entries.flatMap { $0.telemetry.map(\.value) }.doubles()
  }

  /// Means of the telemetry over the steps that had it, each with its weight.
  var telemetryMeans: [MetricName: Double] {
    totals.telemetry.mapValues { $0.sum / Double($0.steps) }
  }

  /// Starts the next epoch.
  mutating func reset() { totals = RunningTotals() }
}

extension [Tensor] {
  /// The only number of each tensor, in one read for each type among them: the device neither waits for
  /// every number nor converts any.
  func doubles() -> [Double] {
    var numbers = [Double](repeating: 0, count: count)
    for (_, positions) in Dictionary(grouping: indices, by: { self[$0].dtype }) {
      let read = Tensor.stacked(positions.map { self[$0].detached() }).array(of: Double.self)
      for (position, number) in zip(positions, read) { numbers[position] = number }
    }
    return numbers
  }
}
