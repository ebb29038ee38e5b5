// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMethods
package import EquipoiseModels
package import EquipoiseTorch

/// A model as it answers once it is trained, for evaluation, prediction and export alike: in the run's precision, and
/// fused by the method's own way where it has one.
package struct Inference {
  /// The network.
  package let model: MultimodalModel
  /// How fused logits are made where a method has its own way.
  let fusing: (any InferenceFusing)?
  let precision: Precision
  /// Where it computes.
  package let device: Device

  /// What a batch gives.
  package struct Answer {
    /// Of each modality, [B, w_m], in single precision.
    package let features: [Tensor]
    /// The fused logits, [B, K].
    package let fused: Tensor
  }

  /// Runs the network in evaluation mode.
  ///
  /// - Parameter inputs: normalised, [B, shape…] for each of the model's modalities, with the valid steps of each sample
  ///   and which samples have the modality.
  /// - Returns: features and fused logits.
  /// - Throws: what the method's own way of fusing throws.
  package func answer(to inputs: [RaggedBatch]) throws -> Answer {
    let present = inputs.map(\.presence)
    let isComplete = present.allSatisfy { $0 == nil }
    let forward = withAutocast(to: precision == .bf16 ? .bfloat16 : nil, on: device) {
      model.forward(inputs, .evaluation)
    }
    let features = forward.features.map { $0.to(.float32) }
    return Answer(
      features: features,
      fused: isComplete && fusing == nil
        ? forward.logits : try fusedLogits(of: features, present: present))
  }

  /// The fused logits [B, K] of features, by the method's way where it has one.
  func fusedLogits(of features: [Tensor], present: [RowPresence?] = []) throws -> Tensor {
    try fusing?.fusedLogits(of: features, present: present, with: model)
      ?? model.fusion.logits(features)
  }

  /// Each modality's own part of the fused logits, [B, K]; `nil` where the fusion has no exact split.
  package func slices(of features: [Tensor]) -> [Tensor]? { model.fusion.slices(features) }

  /// The fused logits with all features but one modality's at zero, for every modality.
  package func zeroOuts(of features: [Tensor]) throws -> [Tensor] {
    try features.indices.map { kept in
      try fusedLogits(of: features.enumerated().map { $0 == kept ? $1 : $1.zerosLike() })
    }
  }

  /// Whether the fusion has slices.
  package var hasSlices: Bool {
    let zeros = model.fusion.featureWidths.map { Tensor.zeros([1, $0], device: device) }
    return withoutGradient { slices(of: zeros) } != nil
  }
}

extension RunParts {
  /// The run's model as it answers.
  package var inference: Inference {
    Inference(
      model: model, fusing: method as? any InferenceFusing,
      precision: configuration.training.precision, device: device)
  }
}
