// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseTorch

/// What a run minimises and how right its outputs are, whatever the task: methods are written against it.
///
/// | task | outputs | answers | loss unless another is chosen |
/// |---|---|---|---|
/// | classification | logits [B, K] | classes, int64 [B] | cross-entropy |
/// | several labels | logits [B, K] | 0 and 1, float32 [B, K] | binary cross-entropy, mean over samples and labels |
/// | regression | standardised numbers [B, T] | numbers in their own unit, float32 [B, T] | mean squared error of standardised numbers |
public struct Objective {
  /// What is learned.
  public let task: LearningTask
  /// The unit of a regression's outputs; `nil` for other tasks.
  public let scale: TargetScale?
  private let rule: any TaskLoss

  /// An objective.
  ///
  /// - Parameters:
  ///   - task: what is learned.
  ///   - loss: of outputs and answers; of a regression both are standardised.
  ///   - scale: the unit of a regression's outputs.
  public init(_ task: LearningTask, loss: any TaskLoss, scale: TargetScale? = nil) {
    precondition(
      (task == .regression) == (scale != nil), "only a regression has a scale, and each has")
    (self.task, rule, self.scale) = (task, loss, scale)
  }

  /// Plain cross-entropy of single classes.
  public static var crossEntropy: Objective {
    Objective(.classification, loss: CrossEntropyLoss())
  }

  /// The loss that is minimised, a scalar.
  ///
  /// - Parameters:
  ///   - outputs: of the fused head or of one modality, in single precision.
  ///   - answers: as a batch has them.
  /// - Returns: a mean over the batch.
  public func loss(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    rule.mean(outputs, standardised(answers))
  }

  /// The loss summed over the batch's samples, a scalar: for means over more than one batch.
  public func total(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    rule.total(outputs, standardised(answers))
  }

  /// How right outputs are, summed over the batch: what methods compare modalities by. Only ratios mean something.
  ///
  /// - Classification: Σ_i softmax(o_i)[y_i].
  /// - Several labels: Σ_i t_i, where t is the mean of the mean σ(o) over the sample's labels and the mean 1 − σ(o)
  ///   over the others; of one part where there is no other. A plain mean over all labels would say that a modality
  ///   which never finds anything is good.
  /// - Regression: 1 / (MSE + 10⁻⁸), standardised; for two modalities their ratio is that of MLB's released code.
  public func score(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    switch task {
    case .classification: outputs.softmax(1).gatheringColumns(answers).sum()
    case .multilabel: Self.rightness(outputs, answers).sum()
    case .regression: 1 / (squaredError(outputs, answers) + 1e-8)
    }
  }

  /// The mean squared error of standardised numbers, a scalar.
  package func squaredError(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    (outputs - standardised(answers)).power(2).mean()
  }

  /// t of each sample with several labels, [B].
  package static func rightness(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
    let labels = labels.to(outputs.dtype)
    let probabilities = outputs.sigmoid()
    let (present, absent) = (labels.sum(over: [1]), (1 - labels).sum(over: [1]))
    let found = (probabilities * labels).sum(over: [1]) / present.clamped(low: 1)
    let rejected = ((1 - probabilities) * (1 - labels)).sum(over: [1]) / absent.clamped(low: 1)
    let parts = present.clamped(high: 1) + absent.clamped(high: 1)
    return (found + rejected) / parts
  }

  private func standardised(_ answers: Tensor) -> Tensor {
    scale?.standardised(answers) ?? answers
  }
}
