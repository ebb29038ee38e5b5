// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

extension MethodSetting {
  /// CE(ℓ, y) + w Σ_m CE(ℓ_m, y); the fused loss alone without heads or weight.
  ///
  /// - Parameters:
  ///   - forward: the fused logits.
  ///   - context: the batch; each modality's own loss is the mean over the samples that have it.
  ///   - heads: that ℓ_m come from.
  ///   - weight: w.
  /// - Returns: a scalar.
  func fusedLoss(
    _ forward: Forward, _ context: StepContext, and heads: UnimodalHeads?, weight: Double
  ) -> Tensor {
    guard let heads, weight > 0 else {
      return fusedLoss(forward, context, and: [], weight: 0)
    }
    // The encoders' features: those that were fused may be masked.
    let outputs = heads.outputs(forward.encoded.map { $0.inFullPrecision() })
    return fusedLoss(forward, context, and: outputs, weight: weight)
  }

  /// The same of outputs that are there, ℓ_m.
  func fusedLoss(
    _ forward: Forward, _ context: StepContext, and outputs: [Tensor], weight: Double
  ) -> Tensor {
    let fused = objective.loss(forward.logits.inFullPrecision(), context.batch.labels)
    guard weight > 0, !outputs.isEmpty else { return fused }
    return fused
      + Tensor.sum(of: objective.losses(outputs, in: context.batch).map(\.loss)) * weight
  }
}

extension MethodResources {
  /// Those of joint training, with heads of single modalities.
  ///
  /// - Parameters:
  ///   - setting: the model.
  ///   - heads: the heads, if there are any.
  ///   - passes: how often each is gone through; there and back is 3.
  ///   - fusedPasses: the passes of the fused head that come to those of joint training.
  ///   - memory: bytes beside.
  ///   - multiplyAdds: of each sample, beside.
  /// - Returns: the resources; of own parameters the weights, two statistics and gradients are counted.
  static func joint(
    of setting: MethodSetting, with heads: UnimodalHeads?, passes: Int = 3, fusedPasses: Int = 0,
    memory: Int = 0, multiplyAdds: Int = 0
  ) -> MethodResources {
    let summary = setting.summary
    let own = heads?.parameters ?? []
    return MethodResources(
      parameters: own.reduce(0) { $0 + $1.parameter.leaf.count },
      memory: 4 * own.reduce(0) { $0 + $1.parameter.leaf.byteCount } + memory,
      multiplyAddsPerSample: 3 * summary.multiplyAdds + passes * (heads?.multiplyAdds ?? 0)
        + fusedPasses * summary.fusionMultiplyAdds + multiplyAdds)
  }
}
