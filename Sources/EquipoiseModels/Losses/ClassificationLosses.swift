// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseTorch

/// Cross-entropy with PyTorch's conventions: weighted, Σ w_y l / Σ w_y; smoothed, the answer is (1 − ε) one-hot + ε/K.
struct CrossEntropyLoss: TaskLoss {
  var weights: Tensor?
  var smoothing = 0.0

  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    weights == nil && smoothing == 0
      ? outputs.crossEntropy(answers)
      : outputs.crossEntropy(answers, weights: weights, smoothing: smoothing)
  }

  func total(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    weights == nil && smoothing == 0
      ? outputs.crossEntropyPerSample(answers).sum()
      : mean(outputs, answers) * Double(outputs.size(0))
  }
}

/// `type: cross-entropy`.
public struct CrossEntropyConfiguration: LossConfiguration, RangeChecking {
  /// `cross-entropy`.
  public static let name = "cross-entropy"
  /// One line for lists.
  public static let summary = "cross-entropy of one class, with class weights and label smoothing"
  /// Classification.
  public static let tasks = [LearningTask.classification]

  /// ε: how much of each answer is spread over all classes.
  public var labelSmoothing = 0.0
  /// What each class counts for; `balanced` is N / (K n_k).
  public var classWeights = ClassWeights.none

  /// The defaults.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    CrossEntropyLoss(
      weights: try setting.classWeights(classWeights), smoothing: labelSmoothing)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("labelSmoothing", labelSmoothing, .from(0..<1))
  }
}

/// Focal loss (Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017): `type: focal`.
///
/// ```
/// one class        Σ w_y (1 − p_y)^γ (−log p_y) / Σ w_y,  p = softmax(o)
/// several labels   mean over samples and labels of w_k (1 − p_t)^γ (−log p_t),  p_t = σ(o) or 1 − σ(o)
/// ```
public struct FocalConfiguration: LossConfiguration, RangeChecking {
  /// `focal`.
  public static let name = "focal"
  /// One line for lists.
  public static let summary = "cross-entropy that counts what is already right less"
  /// Classes and labels.
  public static let tasks = [LearningTask.classification, .multilabel]

  /// γ: 0 is cross-entropy.
  public var gamma = 2.0
  /// What each class or label counts for; `balanced` is N / (K n_k).
  public var classWeights = ClassWeights.none

  /// The defaults.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    let weights = try setting.classWeights(classWeights)
    return setting.task == .classification
      ? FocalLoss(gamma: gamma, weights: weights) : BinaryFocalLoss(gamma: gamma, weights: weights)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("gamma", gamma, .atLeast(0))
  }
}

private struct FocalLoss: TaskLoss {
  let gamma: Double
  let weights: Tensor?

  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    let logarithm = outputs.logSoftmax(1).gatheringColumns(answers)
    let losses = -logarithm * focus(logarithm.exp(), gamma)
    guard let weights else { return losses.mean() }
    let own = weights.to(outputs.dtype).gatheringRows(answers)
    return (losses * own).sum() / own.sum()
  }
}

private struct BinaryFocalLoss: TaskLoss {
  let gamma: Double
  let weights: Tensor?

  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    let answers = answers.to(outputs.dtype)
    let losses = outputs.binaryCrossEntropies(answers)
    // −log p_t is the loss itself.
    let focused = losses * focus((-losses).exp(), gamma)
    return (weights.map { focused * $0.to(outputs.dtype) } ?? focused).mean()
  }
}

/// (1 − p)^γ, whose gradient is finite at p = 1 for γ below 1, too.
private func focus(_ probability: Tensor, _ gamma: Double) -> Tensor {
  gamma == 0 ? probability.zerosLike() + 1 : (1 - probability).clamped(low: 1e-12).power(gamma)
}

extension LossSetting {
  /// Weights of classes or labels; `balanced` is N / (K n_k), as in scikit-learn.
  fileprivate func classWeights(_ weights: ClassWeights) throws -> Tensor? {
    try weights.tensor(for: self, at: "training.loss.classWeights") {
      Double(samples) / (Double(outputs.count) * Double($0))
    }
  }
}
