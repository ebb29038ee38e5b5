// SPDX-License-Identifier: Apache-2.0
package import Equipoise

/// Shows training as it goes: a bar with rate, remaining time and loss, and a line for each epoch.
package final class ProgressObserver: TrainingObserver {
  private let progress = Progress()
  private let label: String
  private let samplesPerEpoch: Int
  private let batchSize: Int
  private let maxSteps: Int?
  private var epochs = 0
  private var stepsPerEpoch = 0

  /// An observer of a run; `label` precedes each line.
  package init(_ parts: RunParts, label: String) {
    self.label = label.isEmpty ? "" : label + "  "
    samplesPerEpoch = parts.samplesPerEpoch
    batchSize = parts.configuration.training.batchSize
    maxSteps = parts.configuration.runtime.maxSteps
  }

  package func observe(_ event: TrainingEvent) {
    switch event {
    case .began(let epochs, let stepsPerEpoch, let epoch, let step):
      (self.epochs, self.stepsPerEpoch) = (epochs, stepsPerEpoch)
      begin(epoch, from: step)
    case .stepped(_, _, let samples, let loss):
      progress.advance(samples) { loss.map { "loss \(Numbers.loss($0))" } ?? "" }
    case .finishedEpoch(let record):
      progress.finish(detail: detail(record))
      begin(record.epoch + 1, from: 0)
    case .stopped, .warned:
      break
    }
  }

  private func begin(_ epoch: Int, from step: Int) {
    guard epoch < epochs else { return }
    let now = samples(untilStep: epoch * stepsPerEpoch + step)
    let end = samples(untilStep: (epoch + 1) * stepsPerEpoch)
    progress.begin(
      "\(label)epoch \(epoch + 1)/\(epochs)", samples: end - now,
      later: samples(untilStep: epochs * stepsPerEpoch) - end)
  }

  /// The number of samples in the run's first `step` steps.
  private func samples(untilStep step: Int) -> Int {
    let step = min(step, maxSteps ?? step)
    return step / stepsPerEpoch * samplesPerEpoch + step % stepsPerEpoch * batchSize
  }

  /// The first score of the task, of another than classification with its name.
  private func leading(_ report: EvaluationReport) -> String {
    let score = Score.selection(of: report.task)
    let text = Numbers.score(report[score], score.unit)
    return report.task == .classification ? text : "\(score.title) \(text)"
  }

  private func detail(_ record: EpochRecord) -> String {
    let fused =
      "loss \(Numbers.loss(record.trainLoss))  validation " + leading(record.validation)
    let modalities = record.validation.modalities.sorted { $0.key < $1.key }
    guard modalities.count > 1 else { return fused }
    let hasSlices = modalities.allSatisfy { $0.value.slice != nil }
    let measure = Score.measure(of: record.validation.task)
    let scores = modalities.map { name, report in
      "\(name) \(Numbers.score(hasSlices ? report.slice : report.zeroOut, measure.unit))"
    }
    return "\(fused)  \(hasSlices ? "slice" : "zero-out"): \(scores.joined(separator: ", "))"
  }
}

/// Passes on what the user should know.
package final class WarningObserver: TrainingObserver {
  package init() {}

  package func observe(_ event: TrainingEvent) {
    switch event {
    case .warned(let text): Console.warn(text)
    case .stopped(let reason): Console.note(reason)
    case .began, .stepped, .finishedEpoch: break
    }
  }
}
