// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

extension MethodSetting {
  /// What each modality says on its own in the model's head, [B, K] each: ``Fusion/unimodalLogits(_:)``.
  ///
  /// In a regression whose fused number is the sum of the modalities' parts it is M times the part, so that the fused
  /// number is the mean of what the modalities say. Logits need no such factor, as any positive multiple of them says
  /// the same class; but parts that are asked for the whole number cannot sum to it.
  func unimodalOutputs(_ features: [Tensor]) -> [Tensor] {
    guard objective.task == .regression, let parts = model.fusion.slices(features) else {
      return model.fusion.unimodalLogits(features)
    }
    return parts.map { $0 * Double(parts.count) }
  }
}
