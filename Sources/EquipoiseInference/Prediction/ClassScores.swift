internal import EquipoiseModels
internal import EquipoiseKit
internal import EquipoiseMethods
package import EquipoiseTraining
import Torch

/// From a batch of inputs to class probabilities, fused and of each modality, as `equipoise predict`
/// reports them and exported models compute them.
package struct ClassScores {
  /// What a modality's own probabilities are made of.
  package enum Basis: String, Sendable {
    /// Its part of the fused logits.
    case slice
    /// The fused logits with the other modalities' features at zero, for fusions without such parts.
    case zeroOut = "zero-out"
  }

  private let parts: RunParts
  private let present: [String]

  /// Scores of a run's model.
  ///
  /// - Parameters:
  ///   - run: a trained run.
  ///   - present: the modalities that there are inputs of; the features of others are zero.
  package init(of run: RunParts, present: [String]) {
    parts = run
    self.present = present
  }

  /// What the modalities' own probabilities are made of.
  package var basis: Basis {
    let zeros = parts.model.fusion.featureWidths.map {
      Tensor.zeros([1, $0], device: parts.device)
    }
    return withoutGradient { parts.model.fusion.slices(zeros) } == nil ? .zeroOut : .slice
  }

  /// Probabilities [B, K] in single precision.
  ///
  /// - Parameter inputs: normalised, [B, shape…] for each modality that is present.
  /// - Returns: by the fused logits and by each of those modalities.
  /// - Throws: what the method's own way of fusing throws.
  func probabilities(
    _ inputs: [Tensor]
  ) throws -> (fused: Tensor, modalities: [(name: String, probabilities: Tensor)]) {
    let given = Dictionary(uniqueKeysWithValues: zip(present, inputs))
    let model = parts.model
    let complete = model.modalities.map { name in
      given[name]
        ?? Tensor.zeros(
          [inputs[0].size(0)] + (model.inputShapes[name] ?? []), device: parts.device)
    }
    let precision = parts.configuration.training.precision
    let forward = withAutocast(to: precision == .bf16 ? .bfloat16 : nil, on: parts.device) {
      model.forward(complete, .evaluation)
    }
    let features = zip(model.modalities, forward.features).map { name, feature in
      given[name] == nil ? feature.to(.float32).zerosLike() : feature.to(.float32)
    }
    let isPlain =
      given.count == model.modalities.count && !(parts.method is any InferenceFusing)
    let fused = isPlain ? forward.logits : try logits(features)
    let own =
      try model.fusion.slices(features)
      ?? features.indices.map { kept in
        try logits(features.enumerated().map { $0 == kept ? $1 : $1.zerosLike() })
      }
    return (
      probabilities(of: fused),
      zip(model.modalities, own).filter { given[$0.0] != nil }.map { name, logits in
        (name: name, probabilities: probabilities(of: logits))
      }
    )
  }

  /// The fused logits of features, by the method's way where it has one.
  private func logits(_ features: [Tensor]) throws -> Tensor {
    try (parts.method as? any InferenceFusing)?.fusedLogits(of: features, with: parts.model)
      ?? parts.model.fusion.logits(features)
  }

  private func probabilities(of logits: Tensor) -> Tensor { logits.to(.float32).softmax(1) }
}
