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
  package private(set) var configuration: RunConfiguration

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

  /// The same on what one fold of a cross-validation leaves for training.
  fileprivate func inFold(_ fold: Int) -> Trial {
    var trial = self
    trial.configuration.evaluation.fold = fold
    return trial
  }
}

/// Trials × seeds.
package struct SweepPlan: Sendable {
  /// The trials of all methods.
  package private(set) var trials: [Trial]
  /// The seeds of every trial.
  package let seeds: [Int]
  /// The search's folder.
  package private(set) var folder: String
  /// The number of folds, in each of which a nested cross-validation searches; nil where the dataset's splits are used.
  package let folds: Int?
  /// The fold that this search leaves alone; nil of a search on the dataset's splits, and of all folds together.
  private var fold: Int?
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
      try trial.configuration.checkSameFolds(
        as: first.configuration, at: "trial \(trial.settings.joined(separator: " "))")
    }
    dataset = data.fingerprint
    folds = try first.configuration.foldCount(in: data)
  }

  /// The same search on what one fold of a cross-validation leaves for training.
  func inFold(_ fold: Int) -> SweepPlan {
    var plan = self
    plan.fold = fold
    plan.folder = ExperimentFolder(folder).search(fold: fold).path
    plan.trials = trials.map { $0.inFold(fold) }
    return plan
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
          name: fold.map { "\(trial.name), fold \($0)" } ?? trial.name,
          groupFolder: runs(of: trial).path, configuration: configuration, dataset: dataset)
      }
    }
  }
}
