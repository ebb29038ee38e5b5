// SPDX-License-Identifier: Apache-2.0
import Equipoise

/// Trains a run and shows how far it is, for every command that trains.
struct TrainingSession {
  /// Whether only warnings are shown.
  var quiet = false
  /// What precedes each line, where a command trains several runs.
  var label = ""

  /// Begins or continues the run in `folder`.
  func train(
    _ configuration: RunConfiguration, in folder: RunFolder, resume: ResumePolicy
  ) throws -> TrainingOutcome {
    let run = try TrainingRun(
      configuration, in: folder, resume: resume, warn: { Console.warn($0) })
    let observers: [any TrainingObserver] =
      [WarningObserver()] + (quiet ? [] : [ProgressObserver(run.parts, label: label)])
    return try run.train(stopSignal: { StopSignal.requested }, observers: observers)
  }
}
