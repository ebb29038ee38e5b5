public import Torch

/// A part of a model whose parameters belong together: one modality's encoder, or the fusion head.
public struct ModelPart {
  /// The modality, or `fusion`.
  public let name: String
  /// The modality's position; `nil` for the head.
  public let modality: Int?
  /// The parameters under their names in the model.
  public let parameters: [(name: String, parameter: Parameter)]
}

extension MultimodalModel {
  /// The encoders in order, then the head. Together they hold every parameter once.
  public var parts: [ModelPart] {
    let named = namedParameters
    let encoders = modalities.enumerated().map { index, modality in
      let prefix = "encoders.\(modality)."
      return ModelPart(
        name: modality, modality: index, parameters: named.filter { $0.name.hasPrefix(prefix) })
    }
    let head = ModelPart(
      name: "fusion", modality: nil, parameters: named.filter { $0.name.hasPrefix("fusion.") })
    return encoders + [head]
  }
}
