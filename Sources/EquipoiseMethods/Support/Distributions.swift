// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// How far apart two answers are, whatever the task: of one class by its distribution, of several labels by the mean
/// over labels of each one's, of numbers by their squared difference.
enum Distributions {
  /// Logarithms of probabilities: [B, K] → [B, K]; of several labels [B, K, 2], that a label is there and that it is not.
  static func logProbabilities(_ outputs: Tensor, of task: LearningTask) -> Tensor {
    task == .multilabel
      ? Tensor.stacked([outputs, outputs.zerosLike()], dimension: 2).logSoftmax(2)
      : outputs.logSoftmax(1)
  }

  /// KL(p ‖ q) of each sample, [B].
  ///
  /// - Parameters:
  ///   - p: logarithms of probabilities.
  ///   - q: likewise.
  /// - Returns: of several labels the mean over them.
  static func divergence(_ p: Tensor, _ q: Tensor) -> Tensor {
    overLabels((p.exp() * (p - q)).sum(over: [p.rank - 1]))
  }

  /// log ½ (p + q), from logarithms.
  static func mixture(_ p: Tensor, _ q: Tensor) -> Tensor {
    let both = Tensor.stacked([p, q])
    let largest = both.detached().maximum(over: [0])
    return (both - largest.unsqueezed(0)).exp().mean(over: [0]).log() + largest
  }

  /// The Jensen–Shannon divergence ½ KL(p ‖ m) + ½ KL(q ‖ m) of each sample, [B].
  static func jensenShannon(_ p: Tensor, _ q: Tensor) -> Tensor {
    let middle = mixture(p, q)
    return (divergence(p, middle) + divergence(q, middle)) * 0.5
  }

  /// The Jensen–Shannon divergence of two answers, or the squared difference of numbers, of each sample, [B].
  static func distance(_ a: Tensor, _ b: Tensor, of task: LearningTask) -> Tensor {
    guard task != .regression else { return (a - b).power(2).mean(over: [1]) }
    return jensenShannon(logProbabilities(a, of: task), logProbabilities(b, of: task))
  }

  /// The mean over labels, where there are any: [B, K] → [B].
  static func overLabels(_ values: Tensor) -> Tensor {
    values.rank == 1 ? values : values.mean(over: [1])
  }
}
