// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What stands between the two linear maps of a layer, under the names of `transformers`.
enum Activation: String {
  /// x Φ(x).
  case gelu
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
  case geluTanh = "gelu_pytorch_tanh"
  /// The same under an older name.
  case geluNew = "gelu_new"
  /// x σ(1.702 x), as CLIP has it.
  case quickGELU = "quick_gelu"
  /// max(x, 0).
  case relu
  /// x σ(x).
  case silu
  /// The same under another name.
  case swish

  /// The activation of a description.
  ///
  /// - Parameters:
  ///   - key: where it stands.
  ///   - description: the model's.
  ///   - standard: where nothing is said.
  /// - Returns: the activation.
  /// - Throws: `EquipoiseError` for one that is not known.
  static func read(
    _ key: String, of description: ModelDescription, else standard: Activation = .gelu
  ) throws -> Activation {
    guard let name = description.text(key) else { return standard }
    guard let found = Activation(rawValue: name) else {
      throw EquipoiseError(
        .configuration, "the activation '\(name)' (\(key)) is not known", at: description.path,
        fix: "use a network with gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu or silu")
    }
    return found
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: return x.gelu()
    case .geluTanh, .geluNew:
      let inner = (x + x.power(3) * 0.044715) * (2 / Double.pi).squareRoot()
      return x * 0.5 * (inner.tanh() + 1)
    case .quickGELU: return x * (x * 1.702).sigmoid()
    case .relu: return x.relu()
    case .silu, .swish: return x * x.sigmoid()
    }
  }
}
