// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseMetrics
internal import EquipoiseTraining
internal import EquipoiseMethods
internal import EquipoiseData

/// What a comparison found, made from its runs' folders alone.
public struct ComparisonReport: Encodable, Sendable {
  /// One entry.
  public struct Entry: Sendable {
    /// Its name.
    public let name: String
    /// Its finished runs, fold by fold in the order of the seeds.
    public let runs: [RunScores]
    /// Scores of the fused logits, by the names of ``Score``.
    public let scores: [String: SampleSummary]
    /// What each modality achieves, by name.
    public let modalities: [String: Modality]
    /// The Shapley imbalance, where it was measured.
    public let imbalance: SampleSummary?
    /// Seconds of training.
    public let seconds: SampleSummary?
    /// Multiply-adds of a training step for each sample.
    public let multiplyAddsPerSample: SampleSummary?
    /// How its scores differ from the baseline's, by the names of ``Score``; none for the baseline itself.
    public internal(set) var differences: [String: PairedDifference] = [:]
    /// Where a search chose settings in each fold: them, each `KEY=VALUE`; of a fold without a winner none.
    public let chosen: [[String]]?
    /// What it makes of each modality; `nil` while no run is finished, and for models of one modality.
    public let verdict: Verdict?
    /// The areas under the curves of missing and of noisy modalities, by modality; empty where these were not measured.
    public let robustness: [String: Areas]
  }

  /// How high a score stays on the whole while one modality is missing or noisy.
  public struct Areas: Codable, Sendable {
    /// Under the curve over the share of samples that lack the modality.
    public let missing: SampleSummary?
    /// Under the curve over the strength of its noise.
    public let noise: SampleSummary?
  }

  /// One modality of an entry. The three accuracies answer different questions.
  public struct Modality: Codable, Sendable {
    /// Its own part of the fused logits; `nil` where the fusion has no exact split.
    public let slice: SampleSummary?
    /// The fused logits with the other modalities' features at zero.
    public let zeroOut: SampleSummary?
    /// Its unimodal reference.
    public let alone: SampleSummary?
  }

  /// What the numbers are.
  public let stamp: ComparisonStamp
  /// The entries, in the order they were named.
  public private(set) var entries: [Entry]
  /// What failed.
  public let failures: [RunFailure]

  /// The report on what is finished.
  ///
  /// - Parameters:
  ///   - comparison: the entries, seeds and references.
  ///   - folder: the comparison's folder.
  ///   - failures: what failed.
  /// - Throws: when a run's files are damaged.
  package init(
    _ comparison: SavedComparison, in folder: String, failures: [RunFailure] = []
  ) throws {
    var references: [String: [RunScores]] = [:]
    for path in Set(comparison.entries.flatMap(\.references.values)) {
      references[path] = try Self.scores(in: RunGroupFolder(path), comparison)
    }
    entries = try comparison.entries.map { entry in
      let group = ExperimentFolder(folder).entry(entry.name)
      let runs = try Self.scores(in: group, comparison)
      return Entry(
        entry.name, runs, confusion: Self.confusion(of: runs.first, in: group),
        alone: entry.references.mapValues { references[$0] ?? [] }, chosen: entry.chosen,
        folds: comparison.folds)
    }
    self.failures = failures
    let everyRun = entries.flatMap(\.runs) + references.values.flatMap { $0 }
    stamp = ComparisonStamp(comparison, runs: everyRun)
    addDifferences()
  }

  /// What a run confuses; `nil` where its file does not tell, which is no reason to show nothing else.
  private static func confusion(of run: RunScores?, in group: RunGroupFolder) -> ConfusionMatrix? {
    run.flatMap { run in
      try? ConfusionFile.read(
        run.isTest ? .test : .validation, in: group.fold(run.fold).run(seed: run.seed))
    }
  }

  private static func scores(
    in group: RunGroupFolder, _ comparison: SavedComparison
  ) throws -> [RunScores] {
    try comparison.everyFold.flatMap { fold in
      try scores(in: group.fold(fold), comparison.seeds).map { scores in
        var scores = scores
        scores.fold = fold
        return scores
      }
    }
  }

  private static func scores(in group: RunGroupFolder, _ seeds: [Int]) throws -> [RunScores] {
    try seeds.compactMap { seed in
      let folder = group.run(seed: seed)
      let scores = try RunScores(in: folder)
      guard let scores, scores.seed != seed else { return scores }
      throw EquipoiseError(
        .checkpoint, "the folder holds a run with seed \(scores.seed)", at: folder.path,
        fix: "remove it and \(.repeating("comparison")), which trains that of seed \(seed)")
    }
  }

  /// What was learned; classification while nothing is finished.
  public var task: LearningTask {
    entries.lazy.compactMap(\.runs.first).first?.report.task ?? .classification
  }

  /// The scores that any of its runs has; those of classification while none is finished.
  public var scores: [Score] {
    Score.found { score in entries.contains { $0[score] != nil } }
  }

  private mutating func addDifferences() {
    for score in Score.all {
      for (index, found) in differences({ $0[score] }).enumerated() {
        entries[index].differences[score.name] = found
      }
    }
  }

  /// Every entry against the baseline in one score, corrected as one family of tests.
  private func differences(
    _ score: (EvaluationReport) -> Double?
  ) -> [PairedDifference?] {
    func byRepetition(_ entry: Entry) -> [Repetition: Double] {
      Dictionary(
        uniqueKeysWithValues: entry.runs.compactMap { run in
          score(run.report).map { (Repetition(fold: run.fold, seed: run.seed), $0) }
        })
    }
    let baseline = entries.first { $0.name == stamp.baseline }.map(byRepetition) ?? [:]
    var found = entries.map { entry in
      entry.name == stamp.baseline
        ? nil : PairedDifference(byRepetition(entry), baseline: baseline, folds: stamp.folds)
    }
    PairedDifference.correct(&found)
    return found
  }
}

extension ComparisonReport.Entry {
  init(
    _ name: String, _ runs: [RunScores], confusion: ConfusionMatrix?,
    alone: [String: [RunScores]], chosen: [[String]]?, folds: Int?
  ) {
    func summary(_ value: (RunScores) -> Double?) -> SampleSummary? {
      SampleSummary(runs.compactMap(value))
    }
    self.name = name
    self.runs = runs
    self.chosen = chosen
    scores = Score.all.reduce(into: [:]) { scores, score in
      scores[score.name] = summary { $0.report[score] }
    }
    imbalance = summary { $0.report.shapley?.imbalance }
    seconds = summary { $0.seconds }
    multiplyAddsPerSample = summary { $0.multiplyAddsPerSample.map(Double.init) }
    let names = Set(runs.flatMap(\.report.modalities.keys)).union(alone.keys)
    modalities = Dictionary(
      uniqueKeysWithValues: names.map { name in
        let references = alone[name] ?? []
        let modality = ComparisonReport.Modality(
          slice: summary { $0.report.modalities[name]?.slice },
          zeroOut: summary { $0.report.modalities[name]?.zeroOut },
          alone: SampleSummary(references.compactMap { $0.report[.measure(of: $0.report.task)] }))
        return (name, modality)
      })
    func trainings(_ runs: [RunScores]) -> [Verdict.Training] {
      runs.map { Verdict.Training(Repetition(fold: $0.fold, seed: $0.seed), $0.report) }
    }
    verdict = Verdict(
      trainings(runs), alone: alone.mapValues(trainings), folds: folds,
      isBalanced: runs.first?.method != Joint.name, confusion: confusion)
    let disturbed = Set(runs.flatMap { $0.report.robustness.map { Array($0.noise.keys) } ?? [] })
    robustness = Dictionary(
      uniqueKeysWithValues: disturbed.map { name in
        (
          name,
          ComparisonReport.Areas(
            missing: summary { $0.report.robustness?.missing[name]?.area },
            noise: summary { $0.report.robustness?.noise[name]?.area })
        )
      })
  }
}

extension ComparisonReport.Entry {
  /// A score of the fused logits.
  public subscript(score: Score) -> SampleSummary? { scores[score.name] }
}

/// Each score and its difference stand beside the other keys: `accuracy`, `accuracyDifference`.
extension ComparisonReport.Entry: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, runs, modalities, imbalance, seconds, multiplyAddsPerSample, chosen, robustness
    case verdict
  }

  /// Writes an entry.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(runs, forKey: .runs)
    try container.encode(modalities, forKey: .modalities)
    try container.encodeIfPresent(chosen, forKey: .chosen)
    try container.encodeIfPresent(verdict, forKey: .verdict)
    try container.encodeIfPresent(imbalance, forKey: .imbalance)
    if !robustness.isEmpty { try container.encode(robustness, forKey: .robustness) }
    try container.encodeIfPresent(seconds, forKey: .seconds)
    try container.encodeIfPresent(multiplyAddsPerSample, forKey: .multiplyAddsPerSample)
    var numbers = encoder.container(keyedBy: AnyKey.self)
    for (name, summary) in scores { try numbers.encode(summary, forKey: AnyKey(name)) }
    for (name, difference) in differences {
      try numbers.encode(difference, forKey: AnyKey(name + "Difference"))
    }
  }
}
