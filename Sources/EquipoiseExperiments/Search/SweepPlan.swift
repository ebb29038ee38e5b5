// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseData
package import EquipoiseTraining
import Foundation

/// One point of a search: a method with settings, trained with every seed and scored on validation.
package struct Trial: Sendable {
  /// The method.
  package let method: String
  /// Its number among the method's trials, from 0.
  package let index: Int
  /// The settings tried, each `KEY=VALUE`.
  package let settings: [String]
  /// Everything, but for the seed.
  package let configuration: RunConfiguration

  /// A trial.
  ///
  /// - Parameters:
  ///   - method: the method.
  ///   - index: its number among the method's trials, from 0.
  ///   - settings: what it tries.
  ///   - configuration: everything; it is made to leave the test split alone.
  package init(
    method: String, index: Int, settings: [String], configuration: RunConfiguration
  ) {
    self.method = method
    self.index = index
    self.settings = settings
    var configuration = configuration
    configuration.evaluation.test = false
    self.configuration = configuration
  }

  /// The trial, for people and its folder: `aim/trial-007`.
  package var name: String { ExperimentFolder.trialName(method, index) }
}

/// Trials × seeds.
package struct SweepPlan: Sendable {
  /// The trials of all methods.
  package let trials: [Trial]
  /// The seeds of every trial.
  package let seeds: [Int]
  /// The search's folder.
  package let folder: String
  private let dataset: String

  /// A plan.
  ///
  /// - Parameters:
  ///   - trials: of all methods, all on the same data.
  ///   - seeds: the seeds of every trial.
  ///   - folder: the search's folder.
  /// - Throws: `EquipoiseError` for a dataset that cannot be read, or methods with different numbers of
  ///   trials.
  package init(_ trials: [Trial], seeds: [Int], folder: String) throws {
    self.trials = trials
    self.seeds = seeds
    self.folder = folder
    guard let first = trials.first, !seeds.isEmpty else {
      throw EquipoiseError(.usage, "there is nothing to try", fix: "name methods and seeds")
    }
    try Self.checkBudget(trials)
    let data = try PreparedDataset(folder: first.configuration.data)
    for trial in trials {
      try trial.configuration.checkModalities(
        data.description.modalities.keys.sorted(), of: data.description.name)
    }
    dataset = data.fingerprint
  }

  /// A method that may try more often wins more often.
  private static func checkBudget(_ trials: [Trial]) throws {
    let counts = Dictionary(grouping: trials, by: \.method).mapValues(\.count)
    guard let fewest = counts.values.min(), Set(counts.values).count > 1 else { return }
    let list = counts.sorted { $0.key < $1.key }.map { "\($0) \($1)" }.joined(separator: ", ")
    throw EquipoiseError(
      .usage, "the methods have different numbers of trials: \(list)",
      at: "\(.argument("grid"))",
      fix: "add \(.argument("trials=\(fewest)")), which draws as many points for each")
  }

  /// A trial's runs.
  package func runs(of trial: Trial) -> RunGroupFolder {
    ExperimentFolder(folder).trial(trial.name)
  }

  /// Every run of every trial.
  package func runs() -> [PlannedRun] {
    trials.flatMap { trial in
      seeds.map { seed in
        var configuration = trial.configuration
        configuration.runtime.seed = seed
        return PlannedRun(
          name: trial.name, groupFolder: runs(of: trial).path, configuration: configuration,
          dataset: dataset)
      }
    }
  }
}
