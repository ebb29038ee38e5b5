// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseMetrics
internal import EquipoiseSettings
internal import EquipoiseTraining
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseFormats
import Foundation

/// What a search found, on validation alone.
public struct SweepReport: Codable, Sendable {
  /// One trial.
  public struct Trial: Codable, Sendable {
    /// `aim/trial-007`.
    public let name: String
    /// The method.
    public let method: String
    /// The settings tried, each `KEY=VALUE`.
    public let settings: [String]
    /// The best validation score of each seed, larger is better; `nil` where it is not finished.
    public let scores: [Double?]
    /// Their summary; `nil` unless every seed is finished.
    public let score: SampleSummary?
    /// The mean validation loss of the selected epochs, which decides between equal scores; `nil` unless
    /// every seed is finished.
    public let loss: Double?
    /// The epochs that it was to have, where a search by halving decided that; nil for all.
    public var epochs: Int?
    /// Whether it was left behind before the last epoch.
    public var isPruned: Bool?
  }

  /// The metric of the scores; a loss counts negative.
  public let selectedBy: String
  /// The seeds of every trial.
  public let seeds: [Int]
  /// The trials in their order.
  public let trials: [Trial]
  /// The name of the best trial of each method.
  public let best: [String: String]
  /// What failed.
  public let failures: [RunFailure]
  /// Of each method how much of the trials' differences each key explains by itself, from 0 to 1.
  public private(set) var importance: [String: [String: Double]] = [:]
  /// How sure each method's best trial is.
  public private(set) var confidence: [String: WinnerConfidence] = [:]

  /// The report on what is finished.
  ///
  /// - Parameters:
  ///   - plan: the trials.
  ///   - failures: what failed.
  /// - Throws: when a run's result is damaged.
  package init(_ plan: SweepPlan, failures: [RunFailure] = []) throws {
    seeds = plan.seeds
    self.failures = failures
    var selecting: Set<String> = []
    trials = try plan.trials.map { trial in
      let reports = try plan.seeds.map { seed in
        try RunScores.result(in: plan.runs(of: trial).run(seed: seed))?.validation
      }
      let task = reports.lazy.compactMap { $0?.task }.first ?? .classification
      let metric = trial.configuration.evaluation.selectBy ?? .selection(of: task)
      selecting.insert(metric.rawValue)
      let finished = reports.contains { $0 == nil } ? [] : reports.compactMap { $0 }
      return Trial(
        name: trial.name, method: trial.method, settings: trial.settings,
        scores: reports.map { $0?.selectionScore(metric) },
        score: SampleSummary(finished.map { $0.selectionScore(metric) }),
        loss: SampleSummary(finished.map(\.loss))?.mean)
    }
    selectedBy = selecting.sorted().joined(separator: ", ")
    best = Dictionary(grouping: trials, by: \.method).compactMapValues(Self.best)
    judge(trials.map { trial in trial.score.map { (trial, $0.mean) } })
  }

  /// The report on a search in parts, by what its runs had reached at the epochs that each trial came to.
  init(_ search: AdaptiveSearch, _ plan: SweepPlan, failures: [RunFailure]) throws {
    seeds = plan.seeds
    self.failures = failures
    let (epochs, whole) = (try search.epochs(), search.saved.epochs)
    var selecting: Set<String> = []
    trials = try plan.trials.map { trial in
      let own = epochs[trial.name] ?? whole
      let found = try search.score(of: trial, at: own)
      if let metric = found?.metric { selecting.insert(metric.rawValue) }
      let isPruned = own < whole
      var entry = Trial(
        name: trial.name, method: trial.method, settings: trial.settings,
        scores: found?.seeds ?? plan.seeds.map { _ in nil },
        score: isPruned ? nil : found.flatMap { SampleSummary($0.seeds) },
        loss: isPruned ? nil : found?.loss)
      (entry.epochs, entry.isPruned) = (own, isPruned)
      return entry
    }
    selectedBy = selecting.sorted().joined(separator: ", ")
    best = Dictionary(grouping: trials, by: \.method).compactMapValues(Self.best)
    // All have come to the end of their part's first rung, and by that they are compared.
    let first = search.saved.brackets.map { $0.rungs[0].epochs }.min() ?? whole
    let early = try plan.trials.map { try search.score(of: $0, at: first)?.mean }
    judge(zip(trials, early).map { trial, score in score.map { (trial, $0) } })
  }

  /// Importance by scores at one number of epochs, confidence by those of whole runs.
  private mutating func judge(_ scored: [(trial: Trial, score: Double)?]) {
    let scored = scored.compactMap { $0 }
    importance = Dictionary(grouping: scored) { $0.trial.method }.mapValues { own in
      KeyImportance.shares(of: own.map { ($0.trial.settings, $0.score) })
    }.filter { !$0.value.isEmpty }
    for (method, winner) in best {
      let whole = trials.filter { $0.method == method && $0.score != nil }
      confidence[method] = WinnerConfidence(
        of: winner, whole.map { ($0.name, $0.scores.compactMap { $0 }) })
    }
  }

  /// A setting's key and value.
  static func pair(_ setting: String) -> (key: String, value: String) {
    let key = setting.prefix { $0 != "=" }
    return (String(key), String(setting.dropFirst(key.count + 1)))
  }

  /// The best of one method's trials: by the mean score, of equal scores by the loss, of equals the first.
  private static func best(_ trials: [Trial]) -> String? {
    var best: (name: String, score: Double, loss: Double)?
    for trial in trials {
      guard let score = trial.score?.mean, let loss = trial.loss else { continue }
      if let leader = best {
        // The order of the seeds changes a mean in its last bits.
        let isEqual = abs(score - leader.score) <= 1e-12 * max(1, abs(score))
        guard isEqual ? loss < leader.loss : score > leader.score else { continue }
      }
      best = (trial.name, score, loss)
    }
    return best?.name
  }

  /// Writes `trials.csv`, and each method's best settings as a run configuration that reads the test
  /// split: `METHOD/best.yaml`.
  ///
  /// - Parameter plan: the trials.
  /// - Throws: when a file cannot be written.
  package func write(_ plan: SweepPlan) throws {
    let folder = ExperimentFolder(plan.folder)
    try AtomicFile.write(data: Data(csv.utf8), to: folder.trials)
    for winner in winners(of: plan) {
      try AtomicFile.write(
        data: Data(try winner.configuration.yaml().utf8), to: folder.best(of: winner.method))
    }
  }

  /// Each method's best trial, with a configuration that reads the test split.
  func winners(
    of plan: SweepPlan
  ) -> [(method: String, settings: [String], configuration: RunConfiguration)] {
    plan.trials.filter { best[$0.method] == $0.name }.map { trial in
      var configuration = trial.configuration
      configuration.evaluation.test = true
      return (trial.method, trial.settings, configuration)
    }
  }

  /// One line for each trial; a column for each key that any trial sets.
  var csv: String {
    var keys: [String] = []
    for key in trials.flatMap(\.settings).map({ Self.pair($0).key }) where !keys.contains(key) {
      keys.append(key)
    }
    let isInParts = trials.contains { $0.epochs != nil }
    let head =
      ["trial", "method"] + keys + seeds.map { "seed_\($0)" } + ["mean", "sd"]
      + (isInParts ? ["epochs", "pruned"] : []) + ["best"]
    let rows = trials.map { trial in
      let values = Dictionary(trial.settings.map(Self.pair), uniquingKeysWith: { $1 })
      let numbers = trial.scores + [trial.score?.mean, trial.score?.deviation]
      let part = [trial.epochs.map { "\($0)" } ?? "", trial.isPruned == true ? "1" : "0"]
      return [trial.name, trial.method] + keys.map { values[$0] ?? "" }
        + numbers.map { $0.map { "\($0)" } ?? "" }
        + (isInParts ? part : []) + [best[trial.method] == trial.name ? "1" : "0"]
    }
    return ([head] + rows).map(CSV.line).joined()
  }
}
