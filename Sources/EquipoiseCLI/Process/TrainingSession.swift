// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseDisplay
import EquipoiseTorch

/// Trains a run and shows how far it is, for every command that trains.
struct TrainingSession {
  /// Whether only warnings are shown.
  var quiet = false
  /// What precedes each line, where a command trains several runs.
  var label = ""
  /// Where to tell another program of events.
  var events: String?
  /// The processes that train together, of which the first alone speaks; nil of one alone.
  var workers: JoinedWorkers?

  /// Begins or continues the run in `folder`.
  func train(
    _ configuration: RunConfiguration, in folder: RunFolder, resume: ResumePolicy
  ) throws -> TrainingOutcome {
    let isFirst = workers?.group.isFirst != false
    let stream = try (isFirst ? events : nil).map {
      try EventStream($0, configuration, in: folder, warn: { Console.warn($0) })
    }
    do {
      let run = try TrainingRun(
        configuration, in: folder, resume: resume, workers: workers?.group
      ) { text in
        Console.warn(text)
        stream?.warned(text)
      }
      let observers: [any TrainingObserver] =
        (isFirst ? [WarningObserver()] : []) + (stream.map { [$0] } ?? [])
        + (quiet ? [] : [ProgressObserver(run.parts, label: label)])
      let outcome = try run.train(stopSignal: { StopSignal.requested }, observers: observers)
      stream?.ended(outcome)
      return outcome
    } catch {
      let line = ErrorReport.line(error)
      stream?.failed(workers?.explain(line) ?? line)
      throw error
    }
  }
}
