// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// How sure each modality is of the right class, and how far it is ahead of the others.
///
/// ```
/// s_m = Σ_i softmax(ℓ_m)[i, y_i]                    scores(_:_:by:); of other tasks Objective.score
/// ρ_m = 1/(M−1) · Σ_{j≠m} s_m / (s_j + 10⁻⁸)         ratios(_:)
/// ```
enum ModalityScores {
  /// s of each modality, [M].
  ///
  /// - Parameters:
  ///   - logits: of each modality, [B, K].
  ///   - labels: what is right, as a batch has it.
  ///   - objective: the run's.
  /// - Returns: sums over the batch; only their ratios matter.
  static func scores(_ logits: [Tensor], labels: Tensor, by objective: Objective = .crossEntropy)
    -> Tensor
  {
    Tensor.stacked(logits.map { objective.score($0, labels) })
  }

  /// ρ of each modality, [M]: above 1 where it is ahead of the others on average. For two
  /// modalities s_0/s_1 and s_1/s_0.
  static func ratios(_ scores: Tensor) -> Tensor {
    let count = scores.count
    let others = 1 - Tensor.identity(count, dtype: scores.dtype, device: scores.device)
    let quotients = scores.unsqueezed(1) / (scores + 1e-8).unsqueezed(0)
    return (quotients * others).sum(over: [1]) / Double(count - 1)
  }

  /// ρ of the modalities' own logits in a fused head, without history, in full precision.
  ///
  /// - Parameters:
  ///   - features: of each modality, [B, w_m].
  ///   - batch: what is right, and which samples have which modality.
  ///   - setting: the run's objective and its model, of whose head the exact parts are taken where it has them,
  ///     else its logits with the other features zero.
  /// - Returns: ρ, [M].
  static func ratios(_ features: [Tensor], of batch: Batch, in setting: MethodSetting) -> Tensor {
    withoutGradient {
      let logits = setting.unimodalOutputs(features.map { $0.inFullPrecision() })
      return !batch.isPartial
        ? ratios(scores(logits, labels: batch.labels, by: setting.objective))
        : ratios(logits, of: batch, by: setting.objective)
    }
  }

  /// ρ where samples lack modalities: two modalities are compared by the samples that have both. Sums over each one's
  /// own would compare different samples. Where no sample has both neither leads.
  static func ratios(_ logits: [Tensor], of batch: Batch, by objective: Objective) -> Tensor {
    let quotients = pairs(logits, of: batch, by: objective).map { pairs in
      pairs.map { $0.map { $0.own / ($0.other + 1e-8) } ?? logits[0].sum().zerosLike() + 1 }
    }
    return Tensor.stacked(quotients.map { Tensor.sum(of: $0) / Double(logits.count - 1) })
  }

  /// The inverse comparison, mean over the others of s_j / s_m, likewise pairwise by common samples: above 1 where a
  /// modality is behind.
  static func lags(_ logits: [Tensor], of batch: Batch, by objective: Objective) -> Tensor {
    let quotients = pairs(logits, of: batch, by: objective).map { pairs in
      pairs.map { $0.map { $0.other / ($0.own + 1e-8) } ?? logits[0].sum().zerosLike() + 1 }
    }
    return Tensor.stacked(quotients.map { Tensor.sum(of: $0) / Double(logits.count - 1) })
  }

  /// s of each modality beside every other one, in their order, by the samples that have both; nil where none has.
  static func pairs(
    _ logits: [Tensor], of batch: Batch, by objective: Objective
  ) -> [[(own: Tensor, other: Tensor)?]] {
    var found = logits.map { _ in [(own: Tensor, other: Tensor)?]() }
    // The first of a pair is compared before it is the second, so that each one's list is in order.
    for second in logits.indices {
      for first in 0..<second {
        let common = RowPresence.common(batch.present[first], batch.present[second])
        guard common.hasRows else {
          found[first].append(nil)
          found[second].append(nil)
          continue
        }
        let labels = common.rows(of: batch.labels)
        let scores = [first, second].map { objective.score(common.rows(of: logits[$0]), labels) }
        found[first].append((own: scores[0], other: scores[1]))
        found[second].append((own: scores[1], other: scores[0]))
      }
    }
    return found
  }
}
