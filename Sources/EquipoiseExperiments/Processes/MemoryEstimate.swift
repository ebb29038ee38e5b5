// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
package import EquipoiseMethods
package import EquipoiseModels
import EquipoiseFormats

/// What a training step needs, in bytes, by the sizes of what it holds.
package struct MemoryEstimate: Encodable {
  package let weights: Int
  package let gradients: Int
  package let optimiser: Int
  /// The method's own parameters, with their optimiser and gradients, and what else it keeps.
  package let method: Int
  /// What forward and backward pass hold for the batch: right within a factor of two.
  package let activations: Int

  package init(_ model: ModelSummary, _ training: TrainingConfiguration, method: MethodResources?) {
    self.method = method?.memory ?? 0
    weights = 4 * model.parameters
    gradients = weights
    optimiser = weights * training.optimiser.settings.numbersPerParameter
    let outputs = model.encoders.flatMap(\.blocks)
      .reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    activations = (4 * Self.heldForEachOutput * outputs)
      .multipliedSaturating(by: training.batchSize)
      .multipliedSaturating(by: method?.heldPasses ?? 1)
  }

  /// Numbers held at the peak of a step for each number that a block puts out. Measured by peak
  /// memory: 10 for 1-D convolutions, 17 for a transformer, 27 for ResNet-18.
  private static let heldForEachOutput = 20

  package var total: Int {
    (weights + gradients + optimiser + method).addedSaturating(to: activations)
  }
}
