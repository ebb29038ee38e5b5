// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// Trains a nested cross-validation: the searches of all folds side by side, then what each found.
struct NestedSession {
  let search: NestedSearch
  let options: ExperimentOptions
  let folder: String

  /// Trains what is not finished yet and prints the comparison of the winners.
  ///
  /// - Parameter format: how.
  /// - Throws: for runs that do not fit their folders, or when a signal stops it.
  func run(format: OutputFormat) throws {
    let runs = search.runs()
    let budget = try options.budget(for: runs.map(\.configuration))
    StopSignal.install()
    let experiment = Experiment(
      command: "sweep", folder: folder, budget: budget, quiet: options.quiet)
    try experiment.prepare(runs)
    let searched = try experiment.train(runs)
    let winners = try search.winners()
    let finals = try winners.runs()
    try prepare(finals, in: experiment)
    let saved = try winners.saved()
    try saved.write(in: folder)
    let failures = searched + (try experiment.train(finals))
    let format: ReportFormat = format == .json ? .json : .table
    try format.print(saved, in: folder, failures: failures)
    if !failures.isEmpty { throw ExitCode(1) }
  }

  /// As the experiment does it, but for what is to be said where another trial wins than before.
  private func prepare(_ runs: [PlannedRun], in experiment: Experiment) throws {
    do {
      for run in runs { try run.checkConfiguration() }
    } catch let error as EquipoiseError where error.kind == .checkpoint {
      throw EquipoiseError(
        .checkpoint, "another trial wins in a fold than when its winner was trained: \(error.what)",
        at: error.place, fix: "remove the runs of that fold, or search into another folder")
    }
    try experiment.prepare(runs)
  }
}
