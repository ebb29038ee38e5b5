// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseModels
package import EquipoiseTorch

/// One encoder's weights for other programs, under the names of its field's library: a ResNet's are
/// torchvision's.
package struct EncoderExport {
  /// What becomes of torchvision's classifier, `fc`.
  package enum Classifier: String, Sendable {
    /// The modality's slice of the fused logits, a linear layer.
    case slice
    /// None, for the fusion has no linear layer for each modality; load it with `strict=False`.
    case none
  }

  /// Parameters and buffers by name, without a prefix.
  package let tensors: [NamedTensor]
  /// What `fc.weight` [K, w] and `fc.bias` [K] are.
  package let classifier: Classifier
  /// The encoder in a few words.
  package let summary: String
  private let modality: String

  /// The export of one modality's encoder.
  ///
  /// - Parameters:
  ///   - modality: one of the model's.
  ///   - model: a trained model.
  /// - Throws: `EquipoiseError` for a modality that the model lacks, and for encoders that need each
  ///   other.
  package init(_ modality: String, of model: MultimodalModel) throws {
    guard let index = model.modalities.firstIndex(of: modality) else {
      throw EquipoiseError(
        .usage, "the run was not trained on a modality '\(modality)'",
        at: "\(.argument("modality"))",
        fix: "choose from \(model.modalities.joined(separator: ", "))")
    }
    guard !model.isCoupled else {
      throw EquipoiseError(
        .usage,
        "the encoders of this run see each other (model.coupling), so that none works alone",
        at: "\(.argument("modality"))", fix: "use the run's best.safetensors, which has all of them"
      )
    }
    let encoder = model.encoders.modules[index]
    self.modality = modality
    summary = encoder.summary
    let layer = Self.classifier(index, of: model.fusion)
    classifier = layer == nil ? .none : .slice
    tensors = encoder.state + (layer ?? [])
  }

  /// Writes the file, with its origin as metadata; an old one stays until the new one is complete.
  ///
  /// - Parameter path: the file.
  /// - Throws: `FormatError` when the disk refuses.
  package func write(to path: String) throws {
    try TensorFile.write(
      tensors, to: path,
      metadata: [
        "format": "pt", "modality": modality, "encoder": summary, "fc": classifier.rawValue,
      ], checksummed: true)
  }

  /// The weight and bias of a modality's slice. A linear map is known by what it makes of zero and of
  /// the unit vectors, whichever fusion it is.
  private static func classifier(
    _ index: Int, of fusion: any Fusion
  ) -> [NamedTensor]? {
    guard fusion is ConcatFusion || fusion is SumFusion || fusion is SharedFusion else {
      return nil
    }
    return withoutGradient {
      let device = fusion.state.first?.tensor.device ?? .cpu
      let width = fusion.featureWidths[index]
      let zero = Tensor.zeros([1, width], device: device)
      guard let bias = fusion.slice(index, of: zero),
        let rows = fusion.slice(index, of: Tensor.identity(width, device: device))
      else { return nil }
      return [
        ("fc.weight", (rows - bias).transposed(0, 1).contiguous()),
        ("fc.bias", bias.reshaped([fusion.classes])),
      ]
    }
  }
}
