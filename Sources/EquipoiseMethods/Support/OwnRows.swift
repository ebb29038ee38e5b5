// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

extension Objective {
  /// The mean loss over the samples that have a modality.
  ///
  /// - Parameters:
  ///   - outputs: of the modality, [B, K].
  ///   - answers: as the batch has them.
  ///   - presence: the samples that have it; nil where all do.
  /// - Returns: a scalar; nil where no sample has it.
  func loss(_ outputs: Tensor, _ answers: Tensor, over presence: RowPresence?) -> Tensor? {
    guard presence.hasRows else { return nil }
    return loss(presence.rows(of: outputs), presence.rows(of: answers))
  }

  /// The mean losses of those modalities that some sample has.
  func losses(_ outputs: [Tensor], in batch: Batch) -> [(modality: Int, loss: Tensor)] {
    outputs.enumerated().compactMap { modality, outputs in
      loss(outputs, batch.labels, over: batch.present[modality]).map { (modality, $0) }
    }
  }
}

/// Means and sums over the modalities that each sample has.
enum OverPresent {
  /// What each modality counts for in a sample's mean, [M, B, 1]: nothing where the sample lacks it.
  ///
  /// - Parameters:
  ///   - present: for each modality the samples that have it.
  ///   - outputs: of one modality, [B, K]: for type and device.
  /// - Returns: 1 or 0; nil where no sample lacks anything.
  static func masks(_ present: [RowPresence?], like outputs: Tensor) -> Tensor? {
    guard present.contains(where: { $0 != nil }) else { return nil }
    // Of the outputs, so that an exported model has as many as it is given samples.
    let ones = outputs.select(0, dimension: 1).zerosLike() + 1
    return Tensor.stacked(present.map { $0?.mask.to(outputs.dtype) ?? ones }).unsqueezed(2)
  }

  /// The mean of the modalities' outputs, [B, K].
  static func mean(_ outputs: [Tensor], _ present: [RowPresence?]) -> Tensor {
    guard let masks = masks(present, like: outputs[0]) else {
      return Tensor.sum(of: outputs) / Double(outputs.count)
    }
    return (Tensor.stacked(outputs) * masks).sum(over: [0]) / masks.sum(over: [0])
  }
}
