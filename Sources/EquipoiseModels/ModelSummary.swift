// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// The size of a model, as `inspect` shows it. Multiply-adds are of the forward pass of one sample, or of samples of known
/// lengths the mean over them.
public struct ModelSummary: Codable, Equatable, Sendable {
  /// One depth of an encoder.
  public struct BlockSummary: Codable, Equatable, Sendable {
    /// What the block is.
    public let name: String
    /// The shape of its output for one sample; frames of a video come first.
    public let outputShape: [Int]
    /// The number of trainable numbers.
    public let parameters: Int
    /// Multiply-adds of one sample.
    public package(set) var multiplyAdds: Int
  }

  /// One modality's encoder.
  public struct EncoderSummary: Codable, Equatable, Sendable {
    /// The modality.
    public let modality: String
    /// The architecture.
    public let architecture: String
    /// The shape of one sample.
    public let inputShape: [Int]
    /// The width of its feature.
    public let featureWidth: Int
    /// The depths in order.
    public package(set) var blocks: [BlockSummary]
    /// The number of trainable numbers.
    public let parameters: Int
    /// Multiply-adds of one sample.
    public package(set) var multiplyAdds: Int
  }

  /// The encoders in order.
  public package(set) var encoders: [EncoderSummary]
  /// The fusion head's kind and sizes.
  public let fusion: String
  /// The head's trainable numbers.
  public let fusionParameters: Int
  /// The head's multiply-adds for one sample.
  public let fusionMultiplyAdds: Int

  /// The trainable numbers of what couples the encoders.
  public let mmtmParameters: Int
  /// The multiply-adds of what couples the encoders, for one sample.
  public let mmtmMultiplyAdds: Int

  /// All trainable numbers.
  public var parameters: Int {
    encoders.reduce(fusionParameters + mmtmParameters) { $0 + $1.parameters }
  }
  /// The multiply-adds of all encoders with what couples them, for one sample.
  public var encoderMultiplyAdds: Int {
    encoders.reduce(mmtmMultiplyAdds) { $0 + $1.multiplyAdds }
  }
  /// All multiply-adds of one sample.
  public var multiplyAdds: Int {
    encoderMultiplyAdds + fusionMultiplyAdds
  }
}

extension MultimodalModel {
  /// Measures the model by running one sample of zeros through it, on its device.
  public func summarize() -> ModelSummary {
    withoutGradient {
      var features: [Tensor] = []
      let encoders = encoders.entries.map { name, encoder in
        let (summary, feature) = summarize(encoder, name)
        features.append(feature)
        return summary
      }
      return ModelSummary(
        encoders: encoders, fusion: fusion.summary, fusionParameters: fusion.parameterCount,
        fusionMultiplyAdds: MultiplyAdds.count { _ = fusion.logits(features) },
        mmtmParameters: coupling.modules.reduce(0) { $0 + $1.parameterCount },
        mmtmMultiplyAdds: coupling.modules.reduce(0) { $0 + $1.multiplyAdds })
    }
  }

  private func summarize(
    _ encoder: any ModalityEncoder, _ modality: String
  ) -> (ModelSummary.EncoderSummary, feature: Tensor) {
    let shape = inputShapes[modality] ?? []
    let weight = encoder.parameters.first?.leaf
    var x = encoder.prepare(
      .zeros([1] + shape, dtype: weight?.dtype ?? .float32, device: weight?.device ?? .cpu))
    let blocks = encoder.blocks.map { block in
      let count = MultiplyAdds.count { x = block(x, .evaluation) }
      return ModelSummary.BlockSummary(
        name: block.name, outputShape: x.size(0) == 1 ? Array(x.shape.dropFirst()) : x.shape,
        parameters: block.parameterCount, multiplyAdds: count)
    }
    let summary = ModelSummary.EncoderSummary(
      modality: modality, architecture: encoder.summary, inputShape: shape,
      featureWidth: encoder.featureWidth, blocks: blocks, parameters: encoder.parameterCount,
      multiplyAdds: blocks.reduce(0) { $0 + $1.multiplyAdds })
    return (summary, encoder.pool(x, samples: 1))
  }
}
