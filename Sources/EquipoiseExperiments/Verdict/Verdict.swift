// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseMetrics
public import EquipoiseTraining

/// What trainings of one configuration make of each modality: what it reaches *inside* the model, what it reaches
/// *alone*, by how much it is *neglected*, and what follows.
///
/// This is the one place where these are put together; tables, pages and files say what stands here. A modality's
/// neglect is what it reaches alone minus what it reaches inside, in the task's measure: accuracy, of several labels
/// the mean average precision, of a regression Pearson's correlation.
public struct Verdict: Codable, Equatable, Sendable {
  /// One training's scores.
  public struct Training: Sendable {
    /// The seed, and the fold of a cross-validation.
    public let repetition: Repetition
    /// What was scored.
    public let report: EvaluationReport

    /// A training's scores.
    public init(_ repetition: Repetition, _ report: EvaluationReport) {
      (self.repetition, self.report) = (repetition, report)
    }
  }

  /// One modality.
  public struct Modality: Codable, Equatable, Sendable {
    /// Its name.
    public let name: String
    /// What it reaches inside the model: its own part of the fused logits, or the fused logits with the others'
    /// features at zero where the fusion has no exact split.
    public let inside: SampleSummary
    /// Whether that is its own part.
    public let isSlice: Bool
    /// What it reaches trained alone; `nil` where that is not known.
    public let alone: SampleSummary?
    /// How much less it reaches inside; `nil` where no training alone has the same seed and fold.
    public let neglect: Neglect?
    /// Whether inside it is no better than knowing nothing; `nil` where that is not judged.
    public let isAtChance: Bool?
    /// Whether it is no better alone.
    public let isAtChanceAlone: Bool?
    /// Whether it reaches more alone than all modalities together.
    public let beatsFusion: Bool
  }

  /// What a modality reaches alone minus what it reaches inside.
  public struct Neglect: Codable, Equatable, Sendable {
    /// The mean over trainings.
    public let mean: Double
    /// Where that mean may lie, by the paired t-test (of folds by the corrected one); `nil` for one training.
    public let interval: ConfidenceInterval?
    /// How many pairs of trainings there are.
    public let trainings: Int
    /// Whether it is above 0 beyond what the spread of the trainings, or of a single one's samples, explains.
    public let isClear: Bool
  }

  /// What to do next.
  public enum Step: String, Codable, Sendable {
    /// Train each modality whose reach alone is not known by itself.
    case trainAlone
    /// Train with a method that balances.
    case balance
    /// Train with more seeds.
    case repeatSeeds
  }

  /// The name of the score that modalities are told apart by.
  public let measure: String
  /// The samples of a training's split.
  public let samples: Int
  /// What all modalities reach together.
  public let fused: SampleSummary
  /// The measure of knowing nothing; `nil` where that is not known.
  public let chance: Double?
  /// The most neglected first, then those whose reach alone is not known, by name.
  public let modalities: [Modality]
  /// What to do next; empty where nothing follows.
  public let next: [Step]

  /// The verdict on trainings; `nil` for none, and for models of one modality, which nothing can suppress.
  ///
  /// - Parameters:
  ///   - trainings: those of one configuration.
  ///   - alone: those of each modality by itself, by its name.
  ///   - folds: the number of folds that the samples were dealt into; `nil` without cross-validation.
  ///   - isBalanced: whether the method already balances, so that there is no other to try first.
  ///   - confusion: the first training's confusion matrix, where its report does not hold it.
  public init?(
    _ trainings: [Training], alone: [String: [Training]], folds: Int? = nil,
    isBalanced: Bool = false, confusion: ConfusionMatrix? = nil
  ) {
    guard let first = trainings.first?.report, first.modalities.count > 1 else { return nil }
    let score = Score.measure(of: first.task)
    guard let fused = SampleSummary(trainings.compactMap { $0.report[score] }) else { return nil }
    let chance = ChanceLevel(of: first, confusion: confusion)
    measure = score.name
    samples = first.samples
    self.fused = fused
    self.chance = chance?.value
    let found = first.modalities.keys.compactMap { name in
      Self.modality(
        name, trainings, alone: alone[name] ?? [], score, fused: fused, chance, folds: folds)
    }
    modalities = found.sorted { left, right in
      let (one, other) = (left.neglect?.mean, right.neglect?.mean)
      return one == other
        ? left.name < right.name : one ?? -.infinity > other ?? -.infinity
    }
    var next: [Step] = []
    if modalities.contains(where: { $0.alone == nil }) { next.append(.trainAlone) }
    if !isBalanced, modalities.contains(where: { $0.neglect?.isClear == true }) {
      next.append(.balance)
    }
    if trainings.count == 1, !next.contains(.trainAlone) { next.append(.repeatSeeds) }
    self.next = next
  }

  private static func modality(
    _ name: String, _ trainings: [Training], alone: [Training], _ score: Score,
    fused: SampleSummary, _ chance: ChanceLevel?, folds: Int?
  ) -> Modality? {
    let isSlice = trainings.allSatisfy { $0.report.modalities[name]?.slice != nil }
    func inside(_ training: Training) -> Double? {
      training.report.modalities[name].map { isSlice ? $0.slice ?? $0.zeroOut : $0.zeroOut }
    }
    guard let summary = SampleSummary(trainings.compactMap(inside)) else { return nil }
    let reached = Dictionary(
      alone.compactMap { training in training.report[score].map { (training.repetition, $0) } },
      uniquingKeysWith: { first, _ in first })
    let pairs = trainings.compactMap { training -> (Repetition, inside: Double, alone: Double)? in
      guard let inside = inside(training), let alone = reached[training.repetition] else {
        return nil
      }
      return (training.repetition, inside, alone)
    }
    let aloneSummary = SampleSummary(reached.sorted { $0.key < $1.key }.map(\.value))
    return Modality(
      name: name, inside: summary, isSlice: isSlice, alone: aloneSummary,
      neglect: Neglect(
        pairs, score, samples: trainings[0].report.samples, folds: folds),
      isAtChance: chance?.explains(summary.mean),
      isAtChanceAlone: aloneSummary.flatMap { found in chance?.explains(found.mean) },
      beatsFusion: aloneSummary.map { $0.mean > fused.mean } ?? false)
  }
}

extension Verdict.Neglect {
  fileprivate init?(
    _ pairs: [(Repetition, inside: Double, alone: Double)], _ score: Score, samples: Int,
    folds: Int?
  ) {
    guard !pairs.isEmpty else { return nil }
    let scores = Dictionary(uniqueKeysWithValues: pairs.map { ($0.0, $0.alone) })
    let inside = Dictionary(uniqueKeysWithValues: pairs.map { ($0.0, $0.inside) })
    guard let found = PairedDifference(scores, baseline: inside, folds: folds) else { return nil }
    mean = found.mean
    trainings = pairs.count
    interval =
      folds == nil ? PairedTTest.interval(pairs.map { $0.alone - $0.inside }) : found.interval
    isClear =
      interval.map { $0.lower > 0 }
      ?? (mean > SamplingNoise.reach(of: pairs[0].inside, pairs[0].alone, score, samples: samples))
  }
}
