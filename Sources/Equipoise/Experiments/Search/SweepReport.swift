internal import Formats
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

  /// The report on what is finished.
  ///
  /// - Parameters:
  ///   - plan: the trials.
  ///   - failures: what failed.
  /// - Throws: when a run's result is damaged.
  package init(_ plan: SweepPlan, failures: [RunFailure] = []) throws {
    seeds = plan.seeds
    self.failures = failures
    selectedBy = Set(plan.trials.map(\.configuration.evaluation.selectBy.rawValue)).sorted()
      .joined(separator: ", ")
    trials = try plan.trials.map { trial in
      let scores = try plan.seeds.map { seed in
        try Self.score(
          in: RunFolder("\(plan.folder(of: trial))/seed-\(seed)"),
          trial.configuration.evaluation.selectBy)
      }
      return Trial(
        name: trial.name, method: trial.method, settings: trial.settings, scores: scores,
        score: scores.contains(nil) ? nil : SampleSummary(scores.compactMap { $0 }))
    }
    best = Dictionary(grouping: trials, by: \.method).compactMapValues(Self.best)
  }

  private static func score(in folder: RunFolder, _ metric: SelectionMetric) throws -> Double? {
    try RunScores.result(in: folder)?.validation.selectionScore(metric)
  }

  /// The best of one method's trials; of equals the first.
  private static func best(_ trials: [Trial]) -> String? {
    var best: (name: String, score: Double)?
    for trial in trials {
      guard let score = trial.score?.mean else { continue }
      if let leader = best, leader.score >= score { continue }
      best = (trial.name, score)
    }
    return best?.name
  }

  /// Writes `trials.csv`, and each method's best settings as a run configuration that reads the test
  /// split: `METHOD/best.yaml`.
  ///
  /// - Parameter plan: the trials.
  /// - Throws: when a file cannot be written.
  package func write(_ plan: SweepPlan) throws {
    try AtomicFile.write(data: Data(csv.utf8), to: plan.folder + "/trials.csv")
    for trial in plan.trials where best[trial.method] == trial.name {
      var configuration = trial.configuration
      configuration.evaluation.test = true
      try AtomicFile.write(
        data: Data(try configuration.yaml().utf8), to: "\(plan.folder)/\(trial.method)/best.yaml")
    }
  }

  /// One line for each trial; a column for each key that any trial sets.
  var csv: String {
    func pair(_ setting: String) -> (key: String, value: String) {
      let key = setting.prefix { $0 != "=" }
      return (String(key), String(setting.dropFirst(key.count + 1)))
    }
    var keys: [String] = []
    for key in trials.flatMap(\.settings).map({ pair($0).key }) where !keys.contains(key) {
      keys.append(key)
    }
    let head =
      ["trial", "method"] + keys + seeds.map { "seed_\($0)" } + ["mean", "sd", "best"]
    let rows = trials.map { trial in
      let values = Dictionary(uniqueKeysWithValues: trial.settings.map(pair))
      let numbers = trial.scores + [trial.score?.mean, trial.score?.deviation]
      return [trial.name, trial.method] + keys.map { values[$0] ?? "" }
        + numbers.map { $0.map { "\($0)" } ?? "" }
        + [best[trial.method] == trial.name ? "1" : "0"]
    }
    return ([head] + rows).map(CSV.line).joined()
  }
}
