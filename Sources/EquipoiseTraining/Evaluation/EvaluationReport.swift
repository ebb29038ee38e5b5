// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseMetrics

/// What a model achieves on one split.
public struct EvaluationReport: Sendable {
  /// What was learned.
  public let task: LearningTask
  /// The number of samples.
  public let samples: Int
  /// The scores of the fused logits by the names of ``Score``; those that came later are not in results of former
  /// versions.
  public let scores: [String: Double]
  /// The share of each class's samples that was predicted as such; empty for other tasks than classification.
  public let perClassAccuracy: [Double]
  /// How often samples of each class were taken for each class; `nil` for other tasks. It is not written with the
  /// rest: a run leaves it in a file of its own, ``RunFolder/confusion``. Former versions wrote it here.
  public let confusion: ConfusionMatrix?
  /// Each label's or target's own scores, in the dataset's order; empty in classification.
  public let perOutput: [[String: Double]]
  /// What each modality achieves, by name.
  public internal(set) var modalities: [String: ModalityReport]
  /// How much each modality contributes to the accuracy; `nil` when it was not asked for.
  public let shapley: ShapleyReport?
  /// What is achieved on the samples of each set of modalities that occurs, by names joined with `+`; empty where no
  /// sample lacks anything.
  public internal(set) var patterns: [String: PatternReport] = [:]
  /// What the score is while one modality is missing or noisy; `nil` when it was not asked for.
  public internal(set) var robustness: RobustnessReport?

  init(
    _ scores: ClassificationScores, modalities: [String: ModalityReport], shapley: ShapleyReport?
  ) {
    (task, samples, self.scores) = (.classification, scores.samples, scores.values)
    (perClassAccuracy, confusion) = (scores.perClassAccuracy, scores.confusion)
    (perOutput, self.modalities, self.shapley) = ([], modalities, shapley)
  }

  init(_ scores: LabelScores, modalities: [String: ModalityReport], shapley: ShapleyReport?) {
    (task, samples, self.scores) = (.multilabel, scores.samples, scores.values)
    (perClassAccuracy, confusion) = ([], nil)
    perOutput = scores.labels.map { label in
      let numbers: [(String, Double?)] = [
        ("present", Double(label.present)), ("f1", label.f1),
        ("averagePrecision", label.averagePrecision), ("auroc", label.auroc),
      ]
      return Dictionary(
        uniqueKeysWithValues: numbers.compactMap { name, value in value.map { (name, $0) } })
    }
    (self.modalities, self.shapley) = (modalities, shapley)
  }

  init(_ scores: ValueScores, modalities: [String: ModalityReport], shapley: ShapleyReport?) {
    (task, samples, self.scores) = (.regression, scores.samples, scores.values)
    (perClassAccuracy, confusion, perOutput) = ([], nil, scores.perTarget)
    (self.modalities, self.shapley) = (modalities, shapley)
  }

  /// A score of the fused logits; `nil` in results of versions that did not have it.
  public subscript(score: Score) -> Double? { scores[score.name] }

  /// The share of samples whose class the fused logits predict.
  public var accuracy: Double { self[.accuracy] ?? .nan }
  /// The mean of the classes' F1 scores.
  public var macroF1: Double { self[.macroF1] ?? .nan }
  /// The mean cross-entropy of the fused logits, natural logarithm.
  public var loss: Double { self[.loss] ?? .nan }
}

/// Scores stand beside the other keys.
extension EvaluationReport: Codable {
  private enum CodingKeys: String, CodingKey {
    case task, samples, perClassAccuracy, confusion, perLabel, perTarget, modalities, shapley
    case patterns, robustness
  }

  /// The scores that every version has written.
  private static let firstScores = [
    "accuracy", "macroF1", "weightedF1", "meanAveragePrecision", "loss",
  ]

  private static func outputsKey(of task: LearningTask) -> CodingKeys {
    task == .multilabel ? .perLabel : .perTarget
  }

  /// Reads a report.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    // Classification does not say so: former versions had nothing else.
    let task = try container.decodeIfPresent(LearningTask.self, forKey: .task) ?? .classification
    self.task = task
    samples = try container.decode(Int.self, forKey: .samples)
    let numbers = try decoder.container(keyedBy: AnyKey.self)
    scores = try Score.all.reduce(into: [:]) { scores, score in
      let key = AnyKey(score.name)
      scores[score.name] =
        task == .classification && Self.firstScores.contains(score.name)
        ? try numbers.decode(Double.self, forKey: key)
        : try numbers.decodeIfPresent(Double.self, forKey: key)
    }
    let isClassification = task == .classification
    perClassAccuracy =
      isClassification ? try container.decode([Double].self, forKey: .perClassAccuracy) : []
    confusion =
      isClassification
      ? try container.decodeIfPresent(ConfusionMatrix.self, forKey: .confusion) : nil
    perOutput =
      isClassification
      ? [] : try container.decode([[String: Double]].self, forKey: Self.outputsKey(of: task))
    modalities = try container.decode([String: ModalityReport].self, forKey: .modalities)
    shapley = try container.decodeIfPresent(ShapleyReport.self, forKey: .shapley)
    patterns =
      try container.decodeIfPresent([String: PatternReport].self, forKey: .patterns) ?? [:]
    robustness = try container.decodeIfPresent(RobustnessReport.self, forKey: .robustness)
  }

  /// Writes a report, but for the confusion matrix.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(samples, forKey: .samples)
    if task == .classification {
      try container.encode(perClassAccuracy, forKey: .perClassAccuracy)
    } else {
      try container.encode(task, forKey: .task)
      try container.encode(perOutput, forKey: Self.outputsKey(of: task))
    }
    try container.encode(modalities, forKey: .modalities)
    try container.encodeIfPresent(shapley, forKey: .shapley)
    if !patterns.isEmpty { try container.encode(patterns, forKey: .patterns) }
    try container.encodeIfPresent(robustness, forKey: .robustness)
    var numbers = encoder.container(keyedBy: AnyKey.self)
    for (name, value) in scores { try numbers.encode(value, forKey: AnyKey(name)) }
  }
}

/// What one modality achieves inside a model. The three ways of asking are different questions.
///
/// What stands as accuracy here is of several labels the mean average precision and of a regression Pearson's
/// correlation.
public struct ModalityReport: Codable, Sendable {
  /// Accuracy of the modality's own part of the fused logits; `nil` where the fusion has no exact
  /// split (FiLM, gated).
  public let slice: Double?
  /// Macro-F1 of the same.
  public let sliceMacroF1: Double?
  /// Accuracy of the fused logits with the other modalities' features set to zero.
  public let zeroOut: Double
  /// Macro-F1 of the same; `nil` in a regression.
  public let zeroOutMacroF1: Double?
  /// Accuracy of a linear classifier trained on the frozen encoder's features; `nil` when it was
  /// not asked for.
  public internal(set) var probe: Double?
  /// The share of a coupled branch's correct predictions that it owes to the others' squeezes; `nil`
  /// when it was not asked for.
  public internal(set) var utilisation: Double?
  /// The samples that have the modality, which all this is measured on; `nil` where all of the split do.
  public internal(set) var samples: Int?
}

/// Shapley values of the modalities for accuracy, with absent raw inputs replaced by zeros. Of several labels they are
/// for the mean average precision, of a regression for Pearson's correlation.
public struct ShapleyReport: Codable, Sendable {
  /// One value for each modality; they sum to the accuracy with all minus that with none.
  public let values: [String: Double]
  /// The largest value minus the smallest.
  public let imbalance: Double
  /// The accuracy of every set of modalities, by names joined with `+`; the empty set is `none`.
  public let accuracies: [String: Double]
}

extension EvaluationReport {
  /// Every number of the report outside lists.
  ///
  /// - Parameter scope: the split that was scored.
  /// - Returns: the numbers in no particular order.
  package func metrics(on scope: MetricName.Scope) -> [Metric] {
    let fused = [("samples", Double(samples))] + scores.map { ($0, $1) }
    let own = modalities.flatMap { modality, report in
      report.numbers.map { Metric(MetricName(scope, $0, modality: modality), $1) }
    }
    return fused.map { Metric(MetricName(scope, $0), $1) } + own
      + (shapley?.metrics(on: scope) ?? [])
      + patterns.sorted { $0.key < $1.key }.flatMap { name, report in
        ([("samples", Double(report.samples))] + report.scores).map {
          Metric(MetricName(scope, "patterns.\($0)", modality: name), $1)
        }
      }
  }
}

extension ModalityReport {
  fileprivate var numbers: [(String, Double)] {
    let all: [(String, Double?)] = [
      ("samples", samples.map(Double.init)), ("slice", slice), ("sliceMacroF1", sliceMacroF1),
      ("zeroOut", zeroOut),
      ("zeroOutMacroF1", zeroOutMacroF1), ("probe", probe), ("utilisation", utilisation),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}

extension ShapleyReport {
  fileprivate func metrics(on scope: MetricName.Scope) -> [Metric] {
    values.map { Metric(MetricName(scope, "shapley.values", modality: $0), $1) }
      + accuracies.map { Metric(MetricName(scope, "shapley.accuracies", modality: $0), $1) }
      + [Metric(MetricName(scope, "shapley.imbalance"), imbalance)]
  }
}
