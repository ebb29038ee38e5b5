// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseTorch

/// Binary cross-entropy of logits, the mean over samples and labels, as PyTorch's `BCEWithLogitsLoss`.
struct BinaryCrossEntropyLoss: TaskLoss {
  /// What a label that is there counts for.
  var positiveWeights: Tensor?

  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    outputs.binaryCrossEntropies(answers.to(outputs.dtype), positiveWeights: positiveWeights).mean()
  }
}

/// `type: bce`.
public struct BinaryCrossEntropyConfiguration: LossConfiguration {
  /// `bce`.
  public static let name = "bce"
  /// One line for lists.
  public static let summary = "binary cross-entropy of each label, with positive weights"
  /// Several labels.
  public static let tasks = [LearningTask.multilabel]

  /// What a label that is there counts for; `balanced` is (N − n_k) / n_k.
  public var positiveWeights = ClassWeights.none

  /// The defaults.
  public init() {}

  /// The loss of a run.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    BinaryCrossEntropyLoss(
      positiveWeights: try positiveWeights.tensor(
        for: setting, at: "training.loss.positiveWeights"
      ) { Double(setting.samples - $0) / Double($0) })
  }
}
