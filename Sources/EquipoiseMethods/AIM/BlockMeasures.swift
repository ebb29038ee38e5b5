// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// How well a block does in one step: Eq. 9' and Eq. 10' on its judge's numbers.
protocol BlockMeasure {
  /// s and L.
  ///
  /// - Parameter outputs: of a judge, one row for each sample.
  /// - Returns: the performance; of several groups with the score of each.
  func performance(_ outputs: Tensor) -> BlockPerformance
  /// The loss that judges which are trained apart learn by.
  func lesson(_ outputs: Tensor) -> Tensor
}

extension BlockMeasure {
  func lesson(_ outputs: Tensor) -> Tensor { performance(outputs).loss }
}

/// Each sample belongs to one prototype of one group: Eq. 9 and Eq. 10 to the letter.
struct ClassMeasure: BlockMeasure {
  /// [B].
  let labels: Tensor

  func performance(_ outputs: Tensor) -> BlockPerformance {
    BlockPerformance(logits: outputs, labels: labels)
  }

  func lesson(_ outputs: Tensor) -> Tensor { outputs.crossEntropy(labels) }
}

/// Several groups, each with prototypes of its own; the mean over groups.
struct GroupMeasure: BlockMeasure {
  let parts: [(columns: Range<Int>, measure: any BlockMeasure)]

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let found = parts.map { $0.measure.performance(outputs.slice($0.columns, dimension: 1)) }
    let scores = Tensor.stacked(found.map(\.score))
    let divergences = found.compactMap(\.divergence)
    return BlockPerformance(
      score: scores.mean(), loss: Tensor.stacked(found.map(\.loss)).mean(), groupScores: scores,
      divergence: divergences.isEmpty ? nil : Tensor.stacked(divergences).mean())
  }
}

/// A sample is shared among the prototypes of one group: s = Σ min(t, q), one less the total variation of t and q, and
/// L = −Σ t log q.
struct SoftMeasure: BlockMeasure {
  /// t, [B, K]; every row adds up to 1.
  let assignment: Tensor

  /// How values lie between ascending centres: t with Σ t c = y, for a value outside of them the end's.
  ///
  /// - Parameters:
  ///   - values: [B].
  ///   - centres: [K], at least two.
  /// - Returns: [B, K].
  static func interpolated(_ values: Tensor, between centres: Tensor) -> Tensor {
    let (last, values) = (centres.count - 1, values.to(centres.dtype).unsqueezed(1))
    let (lower, upper) = (centres.slice(0..<last), centres.slice(1..<(last + 1)))
    let rising = ((values - lower) / (upper - lower)).clamped(low: 0, high: 1)
    let falling = ((upper - values) / (upper - lower)).clamped(low: 0, high: 1)
    let ones = rising.slice(0..<1, dimension: 1).zerosLike() + 1
    let left = Tensor.concatenated([ones, rising], dimension: 1)
    let right = Tensor.concatenated([falling, ones], dimension: 1)
    // The lower of both: on a slope one of them is 1.
    return left * right
  }

  /// The same between those centres that there are, [B, K]; a single one has all values.
  static func interpolated(
    _ values: Tensor, between centres: Tensor, known: RowPresence?
  ) -> Tensor {
    guard let known else { return interpolated(values, between: centres) }
    let own = known.gathered(centres)
    let shares =
      own.count > 1
      ? interpolated(values, between: own) : values.to(centres.dtype).unsqueezed(1).zerosLike() + 1
    return known.scattered(shares.transposed(0, 1)).transposed(0, 1)
  }

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let logProbabilities = outputs.inFullPrecision().logSoftmax(1)
    let share = assignment.to(logProbabilities.dtype)
    let loss = -(share * logProbabilities).sum(over: [1]).mean()
    let probabilities = logProbabilities.detached().exp()
    let common = share.selected(
      where: (probabilities - share).greater(than: 0), else: probabilities)
    // 0 log 0 = 0.
    let entropy = -(share * share.clamped(low: 1e-30).log()).sum(over: [1]).mean()
    return BlockPerformance(
      score: common.sum(over: [1]).mean(), loss: loss, divergence: loss.detached() - entropy)
  }
}

/// The prototypes of one group name a number, ŷ = Σ q c: L = (ŷ − y)², s = exp(−|ŷ − y| / MAD), in standard deviations.
struct MeanMeasure: BlockMeasure {
  /// c, [K].
  let centres: Tensor
  /// y, [B].
  let targets: Tensor
  /// MAD, the error of the best constant, of rank 0.
  let deviation: Tensor

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let probabilities = outputs.inFullPrecision().softmax(1)
    let errors = (probabilities * centres.to(probabilities.dtype)).sum(over: [1]) - targets
    return BlockPerformance(
      score: (-errors.detached().magnitude() / deviation).exp().mean(),
      loss: (errors * errors).mean())
  }
}

/// The outputs are standardised numbers, [B, T]: L = (ŷ − y)², s = exp(−|ŷ − y| / MAD), means over samples and targets.
struct RegressorMeasure: BlockMeasure {
  /// [B, T], standardised.
  let targets: Tensor
  /// MAD of each target, standardised: [T].
  let deviations: Tensor

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let errors = outputs.inFullPrecision() - targets
    let scores = (-errors.detached().magnitude() / deviations).exp().mean(over: [0])
    return BlockPerformance(
      score: scores.mean(), loss: (errors * errors).mean(),
      groupScores: scores.count > 1 ? scores : nil)
  }
}

/// Each label is there or not, and a sample's labels have weights.
struct LabelMeasure: BlockMeasure {
  /// What a judge's columns are.
  enum Form {
    /// Without and with each label: [B, 2T].
    case pairs
    /// All samples, then each label: [B, T + 1].
    case shared
    /// The logit of each label: [B, T].
    case differences
  }

  /// 1 where the label is there, int64 [B·T].
  let states: Tensor
  /// ω, [B, T]; nil where all are alike.
  let weights: Tensor?
  /// T.
  let labels: Int
  let form: Form

  func performance(_ outputs: Tensor) -> BlockPerformance {
    let logProbabilities = pairs(outputs.inFullPrecision()).logSoftmax(1).gatheringColumns(states)
    let probabilities = logProbabilities.detached().exp()
    let table = probabilities.reshaped([-1, labels])
    guard let weights else {
      return BlockPerformance(
        score: probabilities.mean(), loss: -logProbabilities.mean(),
        groupScores: labels > 1 ? table.mean(over: [0]) : nil)
    }
    let own = weights.to(logProbabilities.dtype)
    let (flat, total) = (own.flattened(), own.sum())
    return BlockPerformance(
      score: (flat * probabilities).sum() / total, loss: -((flat * logProbabilities).sum() / total),
      groupScores: labels > 1 ? (own * table).sum(over: [0]) / own.sum(over: [0]) : nil)
  }

  /// The logits without and with each label, [B·T, 2].
  private func pairs(_ outputs: Tensor) -> Tensor {
    switch form {
    case .pairs: return outputs.reshaped([-1, 2])
    case .shared:
      let own = outputs.slice(1..<(labels + 1), dimension: 1)
      let all = outputs.slice(0..<1, dimension: 1).expanded(own.shape)
      return Tensor.stacked([all, own], dimension: 2).reshaped([-1, 2])
    case .differences:
      return Tensor.stacked([outputs.zerosLike(), outputs], dimension: 2).reshaped([-1, 2])
    }
  }
}
