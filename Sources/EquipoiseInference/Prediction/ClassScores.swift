// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseKit
internal import EquipoiseMethods
package import EquipoiseTraining
import EquipoiseTorch

/// From a batch of inputs to what they are taken for, fused and by each modality, as `equipoise predict` reports it and
/// exported models compute it: class probabilities, the probability of each of several labels, or a regression's
/// numbers in their own unit.
package struct ClassScores {
  /// What a modality's own probabilities are made of.
  package enum Basis: String, Sendable {
    /// Its part of the fused logits.
    case slice
    /// The fused logits with the other modalities' features at zero, for fusions without such parts.
    case zeroOut = "zero-out"
  }

  private let inference: Inference
  private let objective: Objective
  private let present: [String]

  /// Scores of a run's model.
  ///
  /// - Parameters:
  ///   - run: a trained run.
  ///   - present: the modalities that there are inputs of; the features of others are zero.
  package init(of run: RunParts, present: [String]) {
    (inference, objective) = (run.inference, run.objective)
    self.present = present
  }

  /// What the modalities' own probabilities are made of.
  package var basis: Basis { inference.hasSlices ? .slice : .zeroOut }

  /// Probabilities, or a regression's numbers, [B, K] in single precision.
  ///
  /// - Parameter inputs: normalised, [B, shape…] for each modality that is present, with the valid steps of each sample
  ///   and which samples have it.
  /// - Returns: by the fused logits and by each of those modalities; what they are of a sample that lacks it means
  ///   nothing.
  /// - Throws: what the method's own way of fusing throws.
  func probabilities(
    _ inputs: [RaggedBatch]
  ) throws -> (fused: Tensor, modalities: [(name: String, probabilities: Tensor)]) {
    let given = Dictionary(uniqueKeysWithValues: zip(present, inputs))
    let (model, samples) = (inference.model, inputs[0].count)
    let complete = model.modalities.map { name in
      given[name]
        ?? RaggedBatch(
          .zeros([samples] + (model.inputShapes[name] ?? []), device: inference.device),
          presence: RowPresence(rows: [], of: samples, device: inference.device))
    }
    let answer = try inference.answer(to: complete)
    let own =
      try inference.slices(of: answer.features) ?? inference.zeroOuts(of: answer.features)
    return (
      probabilities(of: answer.fused),
      zip(model.modalities, own).filter { given[$0.0] != nil }.map { name, logits in
        (name: name, probabilities: probabilities(of: logits))
      }
    )
  }

  private func probabilities(of logits: Tensor) -> Tensor {
    let logits = logits.to(.float32)
    return switch objective.task {
    case .classification: logits.softmax(1)
    case .multilabel: logits.sigmoid()
    case .regression: objective.scale?.restored(logits) ?? logits
    }
  }
}
