// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseTorch

/// The mean over samples and targets of a loss of each number.
struct ElementLoss: TaskLoss {
  private let losses: (_ outputs: Tensor, _ targets: Tensor) -> Tensor

  init(_ losses: @escaping (_ outputs: Tensor, _ targets: Tensor) -> Tensor) {
    self.losses = losses
  }

  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    losses(outputs, answers.to(outputs.dtype)).mean()
  }
}

/// Mean squared error of standardised numbers: `type: mse`.
public struct SquaredErrorConfiguration: LossConfiguration {
  /// `mse`.
  public static let name = "mse"
  /// One line for lists.
  public static let summary = "mean squared error of standardised numbers"
  /// Regression.
  public static let tasks = [LearningTask.regression]

  /// Without settings.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    ElementLoss { $0.squaredErrors($1) }
  }
}

/// Mean absolute error of standardised numbers: `type: l1`.
public struct AbsoluteErrorConfiguration: LossConfiguration {
  /// `l1`.
  public static let name = "l1"
  /// One line for lists.
  public static let summary = "mean absolute error of standardised numbers"
  /// Regression.
  public static let tasks = [LearningTask.regression]

  /// Without settings.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    ElementLoss { ($0 - $1).magnitude() }
  }
}

/// Huber's loss of standardised numbers, as PyTorch's `HuberLoss`: `type: huber`.
public struct HuberConfiguration: LossConfiguration, RangeChecking {
  /// `huber`.
  public static let name = "huber"
  /// One line for lists.
  public static let summary = "squared error up to delta, absolute beyond"
  /// Regression.
  public static let tasks = [LearningTask.regression]

  /// δ, in standard deviations of the target: where squares end.
  public var delta = 1.0

  /// The defaults.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    let delta = delta
    return ElementLoss { $0.huberErrors($1, delta: delta) }
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws { try path.check("delta", delta, .above(0)) }
}

/// One less Lin's concordance correlation coefficient of the batch, the mean over targets: `type: ccc`.
///
/// ```
/// 1 − 2 cov(o, y) / (var o + var y + (mean o − mean y)²)
/// ```
public struct ConcordanceConfiguration: LossConfiguration {
  /// `ccc`.
  public static let name = "ccc"
  /// One line for lists.
  public static let summary = "1 − the batch's concordance correlation coefficient"
  /// Regression.
  public static let tasks = [LearningTask.regression]

  /// Without settings.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss { ConcordanceLoss() }
}

private struct ConcordanceLoss: TaskLoss {
  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    let answers = answers.to(outputs.dtype)
    let (outputMean, answerMean) = (
      outputs.mean(over: [0], keeping: true), answers.mean(over: [0], keeping: true)
    )
    let (o, y) = (outputs - outputMean, answers - answerMean)
    let covariance = (o * y).mean(over: [0])
    let spread =
      o.power(2).mean(over: [0]) + y.power(2).mean(over: [0])
      + (outputMean - answerMean).power(2).squeezed(0)
    // A batch of one number, rightly predicted, has no spread at all.
    return (1 - covariance * 2 / spread.clamped(low: 1e-12)).mean()
  }
}
