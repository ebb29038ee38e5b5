// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// A block's score (Eq. 9) and loss (Eq. 10).
struct BlockPerformance {
  /// s in (0, 1): the mean probability of the true class. A constant, of rank 0.
  let score: Tensor
  /// L: the mean negative logarithm of that probability, of rank 0.
  let loss: Tensor
  /// s of each group, [G]; nil of one group.
  var groupScores: Tensor?
  /// L less the least that it can be, where samples are shared among prototypes; nil where that is 0.
  var divergence: Tensor?

  /// A performance.
  init(score: Tensor, loss: Tensor, groupScores: Tensor? = nil, divergence: Tensor? = nil) {
    (self.score, self.loss) = (score, loss)
    (self.groupScores, self.divergence) = (groupScores, divergence)
  }

  /// From logits [B, K], which are −δ for prototypes, and labels [B].
  init(logits: Tensor, labels: Tensor) {
    let logProbabilities = logits.inFullPrecision().logSoftmax(1).gatheringColumns(labels)
    loss = -logProbabilities.mean()
    score = logProbabilities.detached().exp().mean()
  }

  /// Another's performance without its history.
  init(detaching other: BlockPerformance) {
    self = BlockPerformance(
      score: other.score, loss: other.loss.detached(), groupScores: other.groupScores,
      divergence: other.divergence)
  }
}

/// The equations of AIM that say how much each block and depth takes part. Everything here but
/// the losses is a constant (decision D10).
enum AIMEquations {
  /// Eq. 12: ρ = softmax of −s over all blocks of a depth.
  ///
  /// - Parameter scores: s of the original blocks, then of the auxiliary ones if there are any.
  /// - Returns: ρ in the same order, [blocks].
  static func participation(_ scores: [Tensor]) -> Tensor {
    (-Tensor.stacked(scores)).softmax(0)
  }

  /// Eq. 11: L_d = Σ ρ L + ρ̃ L̃.
  static func depthLoss(_ participation: Tensor, _ losses: [Tensor]) -> Tensor {
    (participation * Tensor.stacked(losses)).sum()
  }

  /// Eq. 14: α_d = the population deviation of the modalities' s over their mean.
  static func discrepancy(_ scores: [Tensor]) -> Tensor {
    let scores = Tensor.stacked(scores)
    return scores.standardDeviation(over: [0], correction: 0) / scores.mean()
  }

  /// Decision D9: α scaled so that Σ α_d = D; 0 everywhere where all are 0.
  static func normalised(_ alphas: [Tensor]) -> [Tensor] {
    let alphas = Tensor.stacked(alphas)
    let scaled = alphas * Double(alphas.count) / alphas.sum().clamped(low: 1e-12)
    return scaled.unbound()
  }

  /// Eq. 15: L_mod = Σ_d α_d L_d.
  static func modulationLoss(_ alphas: [Tensor], _ depthLosses: [Tensor]) -> Tensor {
    (Tensor.stacked(alphas) * Tensor.stacked(depthLosses)).sum()
  }

  /// Eq. 16: the cosines between the prototypes of a depth, [K, n] → [K, K].
  static func orthogonality(_ prototypes: Tensor) -> Tensor {
    let unit = BlockDistance.unitLength(prototypes)
    return unit.matmul(unit.transposed(0, 1))
  }

  /// Eq. 16 averaged over blocks of neighbouring classes, [K, n] → [B, B] with B at most `most`: the mean of
  /// the cosines between two blocks is the product of their means at unit length. Of up to `most` classes
  /// it is Eq. 16 itself.
  static func orthogonality(_ prototypes: Tensor, atMost most: Int) -> Tensor {
    let count = prototypes.size(0)
    guard count > most else { return orthogonality(prototypes) }
    let size = (count + most - 1) / most
    let unit = BlockDistance.unitLength(prototypes)
    let means = stride(from: 0, to: count, by: size).map {
      unit.slice($0..<min(count, $0 + size)).mean(over: [0])
    }
    let blocks = Tensor.stacked(means)
    return blocks.matmul(blocks.transposed(0, 1))
  }
}

/// δ of Eq. 8, Eq. 9 and Eq. 10, between rows.
enum BlockDistance {
  /// Under the root of a length, so that its slope stays finite at 0.
  static let floor = 1e-12

  /// Euclidean distances between the rows of [B, n] and [K, n]: [B, K].
  static func euclidean(_ rows: Tensor, _ prototypes: Tensor) -> Tensor {
    rows.distances(to: prototypes)
  }

  /// Rows at unit length.
  static func unitLength(_ rows: Tensor) -> Tensor {
    rows / (rows * rows).sum(over: [1], keeping: true).clamped(low: floor).squareRoot()
  }
}
