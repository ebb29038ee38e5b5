internal import EquipoiseKit
internal import EquipoiseTraining

/// What a comparison found, made from its runs' folders alone.
public struct ComparisonReport: Codable, Sendable {
  /// One entry.
  public struct Entry: Codable, Sendable {
    /// Its name.
    public let name: String
    /// Its finished runs, in the order of the seeds.
    public let runs: [RunScores]
    /// Accuracy of the fused logits.
    public let accuracy: SampleSummary?
    /// Macro-F1 of the fused logits.
    public let macroF1: SampleSummary?
    /// What each modality achieves, by name.
    public let modalities: [String: Modality]
    /// The Shapley imbalance, where it was measured.
    public let imbalance: SampleSummary?
    /// Seconds of training.
    public let seconds: SampleSummary?
    /// Multiply-adds of a training step for each sample.
    public let multiplyAddsPerSample: SampleSummary?
    /// How its accuracy differs from the baseline's; `nil` for the baseline itself.
    public internal(set) var accuracyDifference: PairedDifference?
    /// How its macro-F1 differs from the baseline's.
    public internal(set) var macroF1Difference: PairedDifference?
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
      references[path] = try Self.scores(in: path, comparison.seeds)
    }
    entries = try comparison.entries.map { entry in
      Entry(
        entry.name, try Self.scores(in: "\(folder)/\(entry.name)", comparison.seeds),
        alone: entry.references.mapValues { references[$0] ?? [] })
    }
    self.failures = failures
    let everyRun = entries.flatMap(\.runs) + references.values.flatMap { $0 }
    stamp = ComparisonStamp(comparison, runs: everyRun)
    addDifferences()
  }

  private static func scores(in group: String, _ seeds: [Int]) throws -> [RunScores] {
    try seeds.compactMap { seed in
      let folder = RunFolder("\(group)/seed-\(seed)")
      let scores = try RunScores(in: folder)
      guard let scores, scores.seed != seed else { return scores }
      throw EquipoiseError(
        .checkpoint, "the folder holds a run with seed \(scores.seed)", at: folder.path,
        fix: "remove it and repeat the comparison's command, which trains that of seed \(seed)")
    }
  }

  private mutating func addDifferences() {
    let accuracies = differences { $0.accuracy }
    let macroF1s = differences { $0.macroF1 }
    for index in entries.indices {
      entries[index].accuracyDifference = accuracies[index]
      entries[index].macroF1Difference = macroF1s[index]
    }
  }

  /// Every entry against the baseline in one score, corrected as one family of tests.
  private func differences(
    _ score: (EvaluationReport) -> Double
  ) -> [PairedDifference?] {
    func bySeed(_ entry: Entry) -> [Int: Double] {
      Dictionary(uniqueKeysWithValues: entry.runs.map { ($0.seed, score($0.report)) })
    }
    let baseline = entries.first { $0.name == stamp.baseline }.map(bySeed) ?? [:]
    var found = entries.map { entry in
      entry.name == stamp.baseline ? nil : PairedDifference(bySeed(entry), baseline: baseline)
    }
    PairedDifference.correct(&found)
    return found
  }
}

extension ComparisonReport.Entry {
  init(_ name: String, _ runs: [RunScores], alone: [String: [RunScores]]) {
    func summary(_ value: (RunScores) -> Double?) -> SampleSummary? {
      SampleSummary(runs.compactMap(value))
    }
    self.name = name
    self.runs = runs
    accuracy = summary { $0.report.accuracy }
    macroF1 = summary { $0.report.macroF1 }
    imbalance = summary { $0.report.shapley?.imbalance }
    seconds = summary { $0.seconds }
    multiplyAddsPerSample = summary { $0.multiplyAddsPerSample.map(Double.init) }
    modalities = Dictionary(
      uniqueKeysWithValues: alone.map { name, references in
        let modality = ComparisonReport.Modality(
          slice: summary { $0.report.modalities[name]?.slice },
          zeroOut: summary { $0.report.modalities[name]?.zeroOut },
          alone: SampleSummary(references.map(\.report.accuracy)))
        return (name, modality)
      })
  }
}
