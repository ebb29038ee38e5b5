// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseFormats
import Foundation

/// Trains the entries of a comparison, for every command that compares.
struct ComparisonSession {
  /// What the user typed to get here, such as `compare`.
  let command: String
  let options: ExperimentOptions
  let entries: [EntryOption]
  /// The entry that the others are tested against; `nil` takes joint training, else the first.
  let baseline: String?
  /// The folder of unimodal references; `nil` puts it beside the comparison's.
  let references: String?

  /// Trains what is not finished yet.
  ///
  /// - Returns: what the comparison's folder says about itself, and what failed.
  /// - Throws: for entries that do not fit, before anything is trained, or when a signal stops it.
  func train() throws -> (SavedComparison, [RunFailure]) {
    let folder = try options.folder()
    let plan = try plan(in: folder)
    let budget = try options.budget(for: plan.entries.map(\.configuration))
    StopSignal.install()
    let experiment = Experiment(
      command: command, folder: folder, budget: budget, quiet: options.quiet)
    let runs = try plan.runs()
    try experiment.prepare(runs)
    let saved = try plan.saved()
    try saved.write(in: folder)
    return (saved, try experiment.train(runs))
  }

  private func plan(in folder: String) throws -> ComparisonPlan {
    guard !entries.isEmpty else {
      throw ValidationError("nothing to compare is named; add --methods joint,aim or --entry")
    }
    let named = try entries.map {
      ComparisonEntry(
        name: $0.name,
        configuration: try options.configuration(
          method: $0.method, file: $0.file, extra: $0.sets, name: $0.name))
    }
    let names = entries.map(\.name)
    return try ComparisonPlan(
      named, seeds: options.seedList(),
      baseline: try baseline.map { try Self.checked($0, in: names) }, folder: folder,
      referenceFolder: references ?? ExperimentFolder(folder).references)
  }

  /// A baseline that is an entry.
  static func checked(_ baseline: String, in names: [String]) throws -> String {
    guard names.contains(baseline) else {
      throw EquipoiseError(
        .usage, "there is no entry '\(baseline)'", at: "--baseline",
        fix: Nearest.hint(baseline, in: names))
    }
    return baseline
  }
}
