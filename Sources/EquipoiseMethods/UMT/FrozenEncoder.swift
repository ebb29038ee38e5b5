// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// An encoder as it was once, in the model's own layers: weights and running statistics that take the place of the
/// present ones for a pass without gradients.
final class FrozenEncoder {
  /// The SHA-256 of the file that the weights were read from; `nil` of weights of this run.
  let digest: [UInt8]?
  private let modality: Int
  private let parameters: [(name: String, parameter: Parameter)]
  private let buffers: [(name: String, buffer: Buffer)]
  private var weights: [Tensor]
  private var statistics: [Tensor]

  /// An encoder as it is now.
  ///
  /// - Parameters:
  ///   - model: which has it.
  ///   - modality: its position.
  init(_ model: MultimodalModel, _ modality: Int) {
    let encoder = model.encoders.modules[modality]
    (self.modality, digest) = (modality, nil)
    parameters = encoder.namedParameters.map { ($0.name, $0.parameter) }
    buffers = encoder.namedBuffers.map { ($0.name, $0.buffer) }
    weights = parameters.map { $0.parameter.leaf.detached().cloned() }
    statistics = buffers.map { $0.buffer.value.cloned() }
  }

  /// An encoder of a file.
  ///
  /// - Parameters:
  ///   - model: which has the same encoder.
  ///   - modality: its position.
  ///   - tensors: by the encoder's own names.
  ///   - digest: of the file.
  /// - Throws: ``EquipoiseError`` where names or shapes are not the encoder's.
  init(
    _ model: MultimodalModel, _ modality: Int, from tensors: [String: Tensor], digest: [UInt8]
  ) throws {
    let encoder = model.encoders.modules[modality]
    self.modality = modality
    self.digest = digest
    parameters = encoder.namedParameters.map { ($0.name, $0.parameter) }
    buffers = encoder.namedBuffers.map { ($0.name, $0.buffer) }
    func found(_ name: String, _ present: Tensor) throws -> Tensor {
      guard let tensor = tensors[name], tensor.shape == present.shape else {
        let kind = tensors[name].map { "is \($0.shape), not \(present.shape)" } ?? "is missing"
        throw EquipoiseError(
          .configuration,
          "a teacher's encoder of '\(model.modalities[modality])' is another than the model's: '\(name)' \(kind)",
          at: "method.teachers", fix: "name a run with the same encoder")
      }
      return tensor.to(present.device).to(present.dtype)
    }
    weights = try parameters.map { try found($0.name, $0.parameter.leaf) }
    statistics = try buffers.map { try found($0.name, $0.buffer.value) }
  }

  /// Features of the samples that have the modality, without gradient.
  ///
  /// The running statistics are lent for the pass: no graph that needs them may be alive.
  func features(of input: RaggedBatch, in model: MultimodalModel) -> Tensor? {
    withoutGradient {
      let kept = buffers.map { $0.buffer.value.cloned() }
      for (entry, tensor) in zip(buffers, statistics) { entry.buffer.assign(tensor) }
      defer { for (entry, tensor) in zip(buffers, kept) { entry.buffer.assign(tensor) } }
      return withParameters(zip(parameters, weights).map { ($0.parameter, $1) }) {
        model.ownFeatures(modality, input, .evaluation)
      }
    }
  }

  /// The weights, or the digest of the file that has them.
  var state: [NamedTensor] {
    if let digest { return [("digest", Tensor(digest.map { Int64($0) }))] }
    return zip(parameters.map(\.name), weights).map { ("weight.\($0)", $1) }
      + zip(buffers.map(\.name), statistics).map { ("statistic.\($0)", $1) }
  }

  /// Continues with saved weights.
  func restore(_ saved: SavedState) throws {
    weights = try zip(parameters, weights).map {
      try saved.tensor("weight.\($0.name)", like: $1)
    }
    statistics = try zip(buffers, statistics).map {
      try saved.tensor("statistic.\($0.name)", like: $1)
    }
  }
}
