// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseMetrics
internal import EquipoiseModels
import EquipoiseTorch
internal import EquipoiseWorkers

/// Whether training ends before its last epoch: as a score no longer improves, or as its time is up.
struct TrainingEnd {
  private let training: TrainingConfiguration
  private let score: Score
  private let before: Double
  private let begun = ContinuousClock.now
  private let workers: WorkerGroup?

  /// For a sitting of a run, by several workers or one process, that has come as far as `progress` says.
  init(
    _ training: TrainingConfiguration, selection: Score, after progress: TrainingProgress,
    _ workers: WorkerGroup? = nil
  ) {
    (self.training, self.workers) = (training, workers)
    score = training.earlyStopping.score ?? selection
    before = progress.elapsed ?? progress.seconds
  }

  /// Seconds of all sittings with everything they did; `nil` where nothing limits them.
  var elapsed: Double? {
    training.maximumSeconds == nil ? nil : before + (ContinuousClock.now - begun).seconds
  }

  /// Whether the run has had all its time; of several workers' clocks the first one's counts.
  func isTimeUp() throws -> Bool {
    guard let limit = training.maximumSeconds, let elapsed else { return false }
    let isUp = elapsed >= limit
    return try workers?.agreed { isUp } ?? isUp
  }

  /// Takes note of an epoch.
  func observe(_ report: EvaluationReport, _ progress: inout TrainingProgress) {
    guard training.earlyStopping.patience != nil else { return }
    var state = progress.stopping ?? EarlyStoppingState()
    training.earlyStopping.observe(report.selectionScore(score), &state)
    progress.stopping = state
  }

  /// Why training ends after an epoch; `nil` where it goes on.
  func reason(_ progress: TrainingProgress) throws -> String? {
    if training.earlyStopping.isOver(progress.stopping), let waited = progress.stopping?.waited {
      return "\(score.title) has not improved for \(waited) epochs, the patience of "
        + "training.earlyStopping: training ends after epoch \(progress.epoch)"
    }
    guard let limit = training.maximumSeconds, try isTimeUp() else { return nil }
    return "the \(limit) seconds of training.maximumSeconds are over: training ends after "
      + "\(progress.globalStep) steps"
  }
}

extension LearningRates {
  /// Takes note of an epoch that is done.
  func observe(_ report: EvaluationReport, epoch: Int) {
    guard let score, let value = report[score] else { return }
    observe(value, epoch: epoch)
  }
}
