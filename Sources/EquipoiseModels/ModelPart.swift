// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// A part of a model whose parameters belong together: one modality's encoder, what couples the
/// encoders, the fusion head, or what stands for missing modalities.
public struct ModelPart {
  /// The modality, `mmtm`, `fusion` or `missing`.
  public let name: String
  /// The modality's position; `nil` for the others.
  public let modality: Int?
  /// The parameters under their names in the model.
  public let parameters: [NamedParameter]
}

extension MultimodalModel {
  /// The encoders in order, then what couples them, then the head, then what stands for missing modalities. Together
  /// they hold every parameter once.
  public var parts: [ModelPart] {
    let named = namedParameters
    let encoders = modalities.enumerated().map { index, modality in
      let prefix = "encoders.\(modality)."
      return ModelPart(
        name: modality, modality: index, parameters: named.filter { $0.name.hasPrefix(prefix) })
    }
    let others =
      (isCoupled ? ["mmtm"] : []) + ["fusion"] + (missing.entries.isEmpty ? [] : ["missing"])
    return encoders
      + others.map { name in
        ModelPart(
          name: name, modality: nil, parameters: named.filter { $0.name.hasPrefix(name + ".") })
      }
  }
}
