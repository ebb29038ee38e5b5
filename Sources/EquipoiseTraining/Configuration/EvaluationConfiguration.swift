// SPDX-License-Identifier: Apache-2.0
package import EquipoiseData
internal import EquipoiseKit
public import EquipoiseMetrics
public import EquipoiseSettings

/// Validation, model selection and what is measured.
public struct EvaluationConfiguration: ConfigurationSection {
  /// The part of the training split held out when the dataset has no validation split.
  public var validationFraction = 0.1
  /// Cross-validation: into how many folds the samples are dealt, of which one is the test split; nil takes the
  /// dataset's splits. Groups, such as speakers, stay whole.
  public var folds: Int?
  /// Cross-validation in which each group is a fold of its own.
  public var leaveGroupOut = false
  /// Which fold is the test split, from 0.
  public var fold = 0
  /// Of which of the dataset's splits the samples are dealt; nil takes all.
  public var foldsOf: [String]?
  /// The score on the validation split that decides which epoch's model is kept; nil takes the task's: accuracy,
  /// meanAveragePrecision of several labels, mae of a regression.
  public var selectBy: Score?
  /// Whether to train a linear probe on each encoder's features.
  public var probe = false
  /// Whether to measure how much each branch of a coupled model gets from the others.
  public var utilisation = false
  /// Whether to measure the Shapley imbalance of the modalities.
  public var shapley = true
  /// Whether to measure at the end how the score falls with missing and with noisy modalities.
  public var robustness = false
  /// Whether the test split is read, once, when training is done; a search for settings leaves it
  /// alone.
  public var test = true
  /// Samples per evaluation batch; nil takes the training batch size.
  public var batchSize: Int?

  /// The defaults.
  public init() {}
}

extension EvaluationConfiguration {
  /// Whether a fold takes the place of the dataset's splits.
  public var isCrossValidated: Bool { folds != nil || leaveGroupOut }

  /// The folds; nil where the dataset's splits are used.
  package var foldOptions: FoldOptions? {
    guard isCrossValidated else { return nil }
    return FoldOptions(
      count: folds, fold: fold, splits: foldsOf.map { $0.compactMap(Split.init(rawValue:)) })
  }
}

extension EvaluationConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("validationFraction", validationFraction, .between(0, 1))
    try path.check("batchSize", batchSize, .atLeast(1))
    try path.check("folds", folds, .atLeast(2))
    try path.check("fold", fold, .atLeast(0))
    try path.check(
      "folds", folds == nil || !leaveGroupOut, found: folds.map(ConfigValue.integer) ?? .null,
      expected: "null, as leaveGroupOut makes each group a fold")
    try path.check(
      "fold", fold == 0 || isCrossValidated, found: .integer(fold),
      expected: "0 without folds or leaveGroupOut")
    try path.check(
      "fold", folds.map { fold < $0 } ?? true, found: .integer(fold),
      expected: "a number below that of the folds")
    try path.check(
      "foldsOf", foldsOf == nil || isCrossValidated,
      found: .sequence((foldsOf ?? []).map(ConfigValue.string)),
      expected: "null without folds or leaveGroupOut, as there is nothing to deal")
    for (index, name) in (foldsOf ?? []).enumerated() where Split(rawValue: name) == nil {
      let place = path.appending("foldsOf").appending(index: index)
      throw ConfigIssue(
        at: place, found: .string(name),
        expected: "one of \(Split.allCases.map(\.rawValue).joined(separator: ", "))")
    }
  }
}
