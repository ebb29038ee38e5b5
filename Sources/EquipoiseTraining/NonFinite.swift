// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
import EquipoiseTorch

/// Finds where numbers stopped being finite, for the error that ends the run.
enum NonFinite {
  /// Says which modality and layer is to blame for a loss that is not finite.
  ///
  /// - Parameters:
  ///   - model: the model after the step.
  ///   - batch: the step's batch.
  /// - Returns: a phrase such as "encoder 'audio', depth 2".
  static func diagnose(_ model: MultimodalModel, _ batch: Batch) -> String {
    withoutGradient {
      let inputs = batch.ragged.map(\.present.tensor)
      if let broken = zip(model.modalities, inputs).first(where: { !isFinite($0.1) }) {
        return "the input of modality '\(broken.0)'"
      }
      if let broken = model.namedParameters.first(where: { !isFinite($0.parameter.leaf) }) {
        return "\(place(of: broken.name)): the weights '\(broken.name)' are no longer finite"
      }
      let forward = model.forward(
        batch.ragged, .auxiliary(dropout: nil))
      for (modality, trace) in zip(model.modalities, forward.traces) {
        if let depth = trace.outputs.firstIndex(where: { !isFinite($0) }) {
          return "encoder '\(modality)', depth \(depth + 1)"
        }
      }
      return isFinite(forward.logits) ? "the loss itself" : "the fusion head"
    }
  }

  /// The first parameter or buffer that is not finite, so that no such state is saved as good.
  static func firstBroken(in state: [NamedTensor]) -> String? {
    withoutGradient { state.first { !isFinite($0.tensor) }?.name }
  }

  private static func place(of name: String) -> String {
    let parts = name.split(separator: ".")
    return parts.first == "encoders" && parts.count > 1
      ? "encoder '\(parts[1])'" : parts.first == "mmtm" ? "the coupling" : "the fusion head"
  }

  private static func isFinite(_ tensor: Tensor) -> Bool {
    !tensor.dtype.isFloatingPoint || tensor.isFinite().all().array(of: Bool.self)[0]
  }
}
