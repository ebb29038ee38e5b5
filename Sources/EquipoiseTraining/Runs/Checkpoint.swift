// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
import EquipoiseFormats
package import EquipoiseMethods
package import EquipoiseTorch

/// Everything that a run needs to continue bit for bit.
package struct Checkpoint {
  /// Where training stands, and what has been measured on the way.
  package var progress: TrainingProgress
  /// Parameters, buffers, optimiser, method and random streams, by dotted name.
  package var tensors: [NamedTensor]

  /// A checkpoint of a run's state.
  package init(progress: TrainingProgress, tensors: [NamedTensor]) {
    self.progress = progress
    self.tensors = tensors
  }

  /// The tensors whose names start with `prefix` and a dot, without it.
  package func section(_ prefix: String) -> [String: Tensor] {
    let start = prefix + "."
    return Dictionary(
      uniqueKeysWithValues: tensors.filter { $0.name.hasPrefix(start) }
        .map { (String($0.name.dropFirst(start.count)), $0.tensor) })
  }
}

/// Where training stands.
package struct TrainingProgress: Codable, Equatable, Sendable {
  /// The epoch under way, from 0; the number of epochs when all are done.
  package var epoch = 0
  /// Steps done in that epoch.
  package var step = 0
  /// Steps done since training began.
  package var globalStep = 0
  /// Bytes of `metrics.jsonl` that belong to this state; what follows is cut on resume.
  package var metricsBytes = 0
  /// The CRC-32 of those bytes; `nil` in checkpoints of versions that did not keep it.
  package var metricsChecksum: UInt32?
  /// The epoch of the best model so far and its validation score.
  package var best: BestEpoch?
  /// Samples, correct predictions and summed loss of the epoch under way.
  package var running = RunningTotals()
  /// Seconds of training, over all sittings.
  package var seconds = 0.0
  /// The same with validation and everything else, where `training.maximumSeconds` limits them; else `nil`.
  package var elapsed: Double?
  /// What early stopping has seen; `nil` where there is none.
  package var stopping: EarlyStoppingState?
  /// What a schedule that goes by a score has come to; `nil` where there is none.
  package var plateau: Plateau.State?

  /// The state before the first step.
  package init() {}
}

/// The best epoch by the validation metric of model selection.
package struct BestEpoch: Codable, Equatable, Sendable {
  /// The epoch, from 0.
  package var epoch: Int
  /// Its score; larger is better.
  package var score: Double
  /// Its validation loss, which decides between equal scores; nil in checkpoints of versions that did not
  /// keep it, and where it is not finite.
  package var loss: Double?

  /// An epoch's scores.
  package init(epoch: Int, score: Double, loss: Double?) {
    (self.epoch, self.score) = (epoch, score)
    self.loss = loss.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Whether a later epoch takes the place of an earlier one: by a greater score or, as scores that count
  /// samples are often equal, by the same score with a lower loss. An unknown loss decides nothing.
  package func isBetter(than earlier: BestEpoch) -> Bool {
    guard score == earlier.score else { return score > earlier.score }
    guard let loss, let other = earlier.loss else { return false }
    return loss < other
  }
}

/// Sums over the steps of an epoch.
package struct RunningTotals: Codable, Equatable, Sendable {
  /// Samples seen.
  package var samples = 0
  /// Predictions that were right.
  package var correct = 0
  /// The sum of losses over samples.
  package var loss = 0.0
  /// The method's numbers, by name.
  package var telemetry: [MetricName: TelemetrySum] = [:]

  /// Those before the first step.
  package init() {}
}

/// A number of a method, over the steps that reported it.
package struct TelemetrySum: Codable, Equatable, Sendable {
  /// The sum, each step's times its weight.
  package var sum = 0.0
  /// The weights' sum: the steps, unless the method weighs them.
  package var steps = 0
}
