// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseSettings

/// Validation, model selection and what is measured.
public struct EvaluationConfiguration: ConfigurationSection {
  /// The part of the training split held out when the dataset has no validation split.
  public var validationFraction = 0.1
  /// The score on the validation split that decides which epoch's model is kept; nil takes the task's: accuracy,
  /// meanAveragePrecision of several labels, mae of a regression.
  public var selectBy: Score?
  /// Whether to train a linear probe on each encoder's features.
  public var probe = false
  /// Whether to measure how much each branch of a coupled model gets from the others.
  public var utilisation = false
  /// Whether to measure the Shapley imbalance of the modalities.
  public var shapley = true
  /// Whether the test split is read, once, when training is done; a search for settings leaves it
  /// alone.
  public var test = true
  /// Samples per evaluation batch; nil takes the training batch size.
  public var batchSize: Int?

  /// The defaults.
  public init() {}
}

extension EvaluationConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("validationFraction", validationFraction, .between(0, 1))
    try path.check("batchSize", batchSize, .atLeast(1))
  }
}
