// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// ``MCR``'s supervised contrast over the normalised features of all modalities in one pool.
///
/// ```
/// s_ij = ⟨z_i, z_j⟩ / (‖z_i‖ ‖z_j‖ τ)
/// Con  = mean over i ≠ j of one class of −log(e^{s_ij} / (e^{s_ij} + Σ_{k of another class} e^{s_ik}))
/// ```
enum ContrastTerm {
  /// The term, a scalar.
  ///
  /// - Parameters:
  ///   - features: [B, w] of each modality.
  ///   - batch: labels, and which features are there.
  ///   - task: of several labels a pair that shares one counts by the labels in common among those of either.
  ///   - temperature: τ.
  /// - Returns: `nil` for a regression, which has no classes.
  static func value(
    _ features: [Tensor], _ batch: Batch, of task: LearningTask, temperature: Double
  ) -> Tensor? {
    guard task != .regression else { return nil }
    let pool = Tensor.concatenated(
      features.enumerated().map { batch.present[$0].rows(of: $1) }, dimension: 0)
    let labels = Tensor.concatenated(
      features.indices.map { batch.present[$0].rows(of: batch.labels) }, dimension: 0)
    let lengths = ((pool * pool).sum(over: [1], keeping: true) + 1e-24).squareRoot()
    let unit = pool / lengths
    let weights = withoutGradient { similarity(labels, task).to(pool.dtype) }
    return mean(unit.matmul(unit.transposed(0, 1)) / temperature, weights)
  }

  /// How much two samples have in common, [N, N] from 0 to 1.
  static func similarity(_ labels: Tensor, _ task: LearningTask) -> Tensor {
    guard task == .multilabel else {
      return labels.unsqueezed(1).equal(labels.unsqueezed(0)).to(.float32)
    }
    let given = labels.to(.float32)
    let common = given.matmul(given.transposed(0, 1))
    let sizes = given.sum(over: [1])
    let either = sizes.unsqueezed(1) + sizes.unsqueezed(0) - common
    return common / either.clamped(low: 1)
  }

  /// The weighted mean over pairs that have something in common.
  private static func mean(_ similarities: Tensor, _ weights: Tensor) -> Tensor {
    let others =
      1
      - Tensor.identity(
        weights.size(0), dtype: weights.dtype, device: weights.device)
    let pairs = weights * others
    let isOther = weights.zerosLike().equal(weights)
    // Similarities are at most 1 / τ in size; the largest of all keeps the exponentials finite.
    let largest = similarities.detached().maximum(over: [0, 1])
    let powers = (similarities - largest).exp()
    let negatives = (powers * isOther.to(powers.dtype)).sum(over: [1], keeping: true)
    let losses = (powers + negatives).log() - (similarities - largest)
    return (losses * pairs).sum() / pairs.sum().clamped(low: 1e-12)
  }
}

/// ``MCR``'s network from logits back to features, A: Linear(K → d), ReLU, Linear(d → Σ w), without bias.
struct Bottleneck {
  private let layers: [Linear]
  private let widths: [Int]

  init(_ setting: MethodSetting) {
    widths = setting.model.fusion.featureWidths
    let (hidden, total) = (widths.max() ?? 1, widths.reduce(0, +))
    let dtype = setting.model.parameters.first?.leaf.dtype ?? .float32
    layers = [(setting.classes, hidden), (hidden, total)].enumerated().map { index, size in
      let generator = ModelFactory.stream(setting.seed, "mcr bottleneck", "\(index)")
      let layer = Linear(size.0, size.1, bias: false, from: generator)
      layer.move(to: setting.device, dtype: dtype)
      return layer
    }
  }

  /// The layers' weights.
  var parameters: [NamedParameter] {
    layers.enumerated().map { ("bottleneck.\($0).weight", $1.weight) }
  }

  /// The mean squared difference of features and what is made of the logits, over features that are there.
  func value(_ features: [Tensor], _ logits: Tensor, _ batch: Batch) -> Tensor {
    let made = layers[1](layers[0](logits).relu()).split(widths, dimension: 1)
    let rows = features.indices.filter { batch.present[$0].hasRows }
    let squares = rows.map { modality in
      let presence = batch.present[modality]
      return (presence.rows(of: features[modality]) - presence.rows(of: made[modality])).power(2)
    }
    let count = squares.reduce(0) { $0 + $1.count }
    return Tensor.sum(of: squares.map { $0.sum() }) / Double(count)
  }
}
