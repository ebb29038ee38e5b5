// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

extension ModelGradients {
  /// Scales everything that one modality's features alone pass through: its encoder, its own head, and its columns of
  /// the fused head's weight where the head has such (concatenation, sum, cosine). Biases of the fused head stay.
  ///
  /// - Parameters:
  ///   - coefficients: of each modality, of rank 0.
  ///   - model: whose gradients these are.
  mutating func scale(by coefficients: [Tensor], in model: MultimodalModel) {
    withoutGradient {
      for (modality, coefficient) in coefficients.enumerated() {
        mapEncoder(modality) { _, gradient in gradient * coefficient.to(gradient.dtype) }
        let name = model.modalities[modality]
        for index in entries.indices
        where entries[index].name.hasPrefix("method.heads.\(name).")
          || entries[index].name == "fusion.fc.\(name).weight"
        {
          entries[index].gradient = entries[index].gradient.map {
            $0 * coefficient.to($0.dtype)
          }
        }
      }
      guard let fusion = model.fusion as? ConcatFusion else { return }
      for index in entries.indices where entries[index].name.hasPrefix("fusion.") {
        guard let gradient = entries[index].gradient, gradient.rank == 2 else { continue }
        let parts = gradient.split(fusion.featureWidths, dimension: 1)
        entries[index].gradient = .concatenated(
          zip(parts, coefficients).map { $0 * $1.to($0.dtype) }, dimension: 1)
      }
    }
  }
}
