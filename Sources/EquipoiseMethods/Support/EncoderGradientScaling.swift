// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What OGM-GE and OGM do to the gradients of the encoders.
///
/// ```
/// g ← k_m g              scaled
/// g ← k_m g + ε,   ε_j ~ N(0, (σ(g) + 10⁻⁸)²)      with noise; σ of the tensor before scaling
/// ```
struct EncoderGradientScaling {
  /// Whether only gradients of rank 4 change, those of convolutions of images, as in the released
  /// code; else all of rank 2 or more.
  let convolutionsOnly: Bool

  /// Scales the gradients of every encoder.
  ///
  /// - Parameters:
  ///   - gradients: changed in place; vectors (biases, normalisation) and the head stay.
  ///   - coefficients: k, [M].
  ///   - generator: the stream of the noise, which all encoders get, also those with k = 1; `nil`
  ///     adds none.
  func scale(
    _ gradients: inout ModelGradients, by coefficients: Tensor, noise generator: Generator?
  ) {
    withoutGradient {
      for (modality, coefficient) in coefficients.unbound().enumerated() {
        gradients.mapEncoder(modality) { _, gradient in
          guard convolutionsOnly ? gradient.rank == 4 : gradient.rank >= 2 else { return gradient }
          let scaled = gradient * coefficient.to(gradient.dtype)
          return generator.map { scaled + Self.noise(like: gradient, from: $0) } ?? scaled
        }
      }
    }
  }

  /// Normal numbers of the deviation that a gradient's entries have.
  static func noise(like gradient: Tensor, from generator: Generator) -> Tensor {
    let normal = Tensor.normal(gradient.shape, dtype: gradient.dtype, from: generator)
    return normal * (deviation(of: gradient) + 1e-8)
  }

  /// The sample deviation of all entries; 0 of a single one, which has none.
  static func deviation(of gradient: Tensor) -> Tensor {
    gradient.count == 1
      ? gradient.sum().zerosLike()
      : gradient.standardDeviation(over: Array(0..<gradient.rank), correction: 1)
  }
}
