// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats
import Foundation

/// Trains the runs of a comparison or a search, each in a process of its own.
struct Experiment {
  /// What the user typed to get here, such as `compare`.
  let command: String
  let folder: String
  let budget: RunBudget
  let quiet: Bool

  /// Makes the folder, unless a run's folder holds another run than the one that belongs there.
  func prepare(_ runs: [PlannedRun]) throws {
    for run in runs { try run.check() }
    try FileSystem.makeWritableFolder(folder)
  }

  /// Trains what is not finished yet.
  ///
  /// - Parameter runs: all runs, prepared.
  /// - Returns: what failed.
  /// - Throws: when a file cannot be written, or a signal stops everything.
  func train(_ runs: [PlannedRun]) throws -> [RunFailure] {
    let waiting = runs.filter { !$0.isFinished }
    guard !waiting.isEmpty else { return [] }
    let journal = ExperimentFolder(folder).processes
    let estimates = try RunEstimates.make(waiting)
    let needs = RunNeeds(estimates, measured: RunMeasurement.saved(in: journal))
    warnOfMemory(waiting, needs)
    let display = ExperimentDisplay(
      command: command, waiting: waiting.count, done: runs.count - waiting.count, budget: budget,
      quiet: quiet)
    let pool = try RunPool(
      RunQueue(waiting, needs: needs, budget: budget), journal: journal,
      command: { Self.arguments($0, stepsPerEpoch: estimates[$0.groupFolder]?.stepsPerEpoch) },
      stopSignal: { StopSignal.requested }, report: display.show)
    let outcome = try pool.run()
    if let signal = outcome.signal {
      Console.note("\(command): stopped; the same command continues")
      throw ExitCode(StopSignal.exitCode(for: signal))
    }
    display.finish(outcome)
    return outcome.failures
  }

  private func warnOfMemory(_ runs: [PlannedRun], _ needs: RunNeeds) {
    for group in Set(runs.map(\.groupFolder)).sorted() where needs.memory(group) > budget.memory {
      Console.warn(
        "\(group) may need \(Numbers.bytes(needs.memory(group))), more than the "
          + "\(Numbers.bytes(budget.memory)) of --memory; its runs go alone")
    }
  }

  /// This program again.
  private static func arguments(_ run: PlannedRun, stepsPerEpoch: Int?) -> [String] {
    let steps = run.pause.map { $0 * (stepsPerEpoch ?? 0) }
    return [
      Bundle.main.executablePath ?? CommandLine.arguments[0], "train",
      "--config", run.configurationFile, "--seed", "\(run.seed)", "--out", run.folder.path,
      "--quiet", "--stop-at-end-of-input",
    ] + (steps.map { ["--max-steps", "\($0)"] } ?? [])
  }
}
