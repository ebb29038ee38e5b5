// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Adds the loss of the modality that does worst on the batch.
final class WorstModality: ObjectiveDefining {
  struct Configuration: ConfigurationSection {
    /// How much the worst modality's loss counts.
    var weight = 1.0
  }

  static let name = "worst-modality"
  static let summary = "joint training with the loss of the batch's worst modality"
  static let needs = ModelNeeds()
  static let citation: Citation? = nil

  private let weight: Double
  private let fusion: any Fusion

  init(_ configuration: Configuration, for setting: MethodSetting) {
    weight = configuration.weight
    fusion = setting.model.fusion
  }

  /// CE(logits) + weight · max over modalities of CE(own logits).
  func loss(for forward: Forward, in context: StepContext) -> Tensor {
    let labels = context.batch.labels
    let own = fusion.unimodalLogits(forward.features).map { $0.crossEntropy(labels) }
    return forward.logits.crossEntropy(labels)
      + Tensor.stacked(own).maximum(over: [0]) * weight
  }
}
