// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One encoder for each modality and a fusion head. With one modality it is that modality's
/// unimodal model.
///
/// Parameters are named `encoders.<modality>.…`, `mmtm.<depth>.…` and `fusion.…`.
public final class MultimodalModel: Module {
  /// The encoders by modality, in the order of inputs and features.
  public let encoders: ModuleDictionary<any ModalityEncoder>
  /// What joins the encoders after a depth. The property has the name that files of weights have.
  private let mmtm: ModuleDictionary<any Coupling>
  /// What turns features into logits.
  public let fusion: any Fusion
  /// The shape of one sample of each modality, without the batch.
  public let inputShapes: [String: [Int]]

  /// A model of encoders that fit their modalities and a head that fits the encoders.
  ///
  /// - Parameters:
  ///   - encoders: for each modality its name, the shape of a sample and the encoder.
  ///   - fusion: a head for the encoders' feature widths, in the same order.
  ///   - coupling: modules between encoders, by the depth after which they act.
  /// - Throws: ``EquipoiseError`` when a shape does not fit its encoder, or names clash.
  public init(
    encoders: [(modality: String, shape: [Int], encoder: any ModalityEncoder)],
    fusion: any Fusion, coupling: ModuleDictionary<any Coupling> = ModuleDictionary([])
  ) throws {
    try Self.checkNames(encoders.map(\.modality))
    for (modality, shape, encoder) in encoders { try encoder.validate(shape: shape, of: modality) }
    let widths = encoders.map(\.encoder.featureWidth)
    precondition(
      widths == fusion.featureWidths,
      "fusion of widths \(fusion.featureWidths) for encoders of widths \(widths)")
    self.encoders = ModuleDictionary(encoders.map { ($0.modality, $0.encoder) })
    mmtm = coupling
    self.fusion = fusion
    inputShapes = Dictionary(uniqueKeysWithValues: encoders.map { ($0.modality, $0.shape) })
  }

  private static func checkNames(_ names: [String]) throws {
    let problem: String? =
      if names.isEmpty {
        "a model needs one modality or more"
      } else if Set(names).count < names.count {
        "a modality is named twice: \(names.joined(separator: ", "))"
      } else {
        names.first { $0.isEmpty || $0.contains(".") }.map {
          "'\($0)' cannot name a modality: names are not empty and have no dots"
        }
      }
    if let problem { throw EquipoiseError(.configuration, problem, at: "modalities") }
  }

  /// What joins the encoders after a depth; empty where they do not see each other.
  public var coupling: ModuleDictionary<any Coupling> { mmtm }

  /// The names of the modalities, in the order of inputs and features.
  public var modalities: [String] { encoders.names }

  /// The number of classes, K.
  public var classes: Int { fusion.classes }
}

extension MultimodalModel {
  /// Encodes and fuses, and keeps every depth's input and output.
  ///
  /// - Parameters:
  ///   - inputs: one batch [B, shape…] for each modality.
  ///   - mode: how statistics and dropout behave.
  /// - Returns: traces, features and logits.
  public func forward(_ inputs: [Tensor], _ mode: ForwardMode) -> Forward {
    forward(inputs, mode) { $0 }
  }

  /// The same of batches whose samples may have lengths.
  public func forward(_ inputs: [RaggedBatch], _ mode: ForwardMode) -> Forward {
    forward(inputs, mode) { $0 }
  }

  /// Encodes, lets `modulate` change the features, and fuses what it returns.
  ///
  /// - Parameters:
  ///   - inputs: one batch [B, shape…] for each modality.
  ///   - mode: how statistics and dropout behave.
  ///   - modulate: from the encoders' features to those that are fused.
  /// - Returns: traces, the fused features and logits.
  public func forward(
    _ inputs: [Tensor], _ mode: ForwardMode, modulating modulate: ([Tensor]) throws -> [Tensor]
  ) rethrows -> Forward {
    try forward(inputs.map { RaggedBatch($0) }, mode, modulating: modulate)
  }

  /// The same of batches whose samples may have lengths.
  public func forward(
    _ inputs: [RaggedBatch], _ mode: ForwardMode,
    modulating modulate: ([Tensor]) throws -> [Tensor]
  ) rethrows -> Forward {
    let traces = trace(inputs, mode)
    let features = try modulate(traces.map(\.features))
    return Forward(traces: traces, features: features, logits: fusion.logits(features))
  }

  /// Runs the encoders alone, keeping every depth's input and output.
  ///
  /// - Parameters:
  ///   - inputs: one batch [B, shape…] for each modality.
  ///   - mode: how statistics and dropout behave.
  /// - Returns: one trace for each modality.
  public func trace(_ inputs: [Tensor], _ mode: ForwardMode) -> [EncoderTrace] {
    trace(inputs.map { RaggedBatch($0) }, mode)
  }

  /// The same of batches whose samples may have lengths.
  public func trace(_ inputs: [RaggedBatch], _ mode: ForwardMode) -> [EncoderTrace] {
    checkInputs(inputs.count)
    if isCoupled { return coupledTrace(inputs, mode) { $1 } }
    return zip(encoders.modules, inputs).map { encoder, input in encoder.trace(input, mode) }
  }

  /// Runs the encoders and keeps nothing but the features, [B, w_m] for each modality.
  ///
  /// - Parameters:
  ///   - inputs: one batch [B, shape…] for each modality.
  ///   - mode: how statistics and dropout behave.
  /// - Returns: the features.
  public func features(_ inputs: [Tensor], _ mode: ForwardMode) -> [Tensor] {
    features(inputs.map { RaggedBatch($0) }, mode)
  }

  /// The same of batches whose samples may have lengths.
  public func features(_ inputs: [RaggedBatch], _ mode: ForwardMode) -> [Tensor] {
    checkInputs(inputs.count)
    if isCoupled { return coupledTrace(inputs, mode) { $1 }.map(\.features) }
    return zip(encoders.modules, inputs).map { encoder, input in encoder.features(input, mode) }
  }

  /// The inputs with those of all but some modalities replaced by zeros, for passes that ask what a
  /// modality contributes from the start. (To zero features instead: ``Fusion/zeroOutLogits(_:)``.)
  ///
  /// - Parameters:
  ///   - inputs: one batch for each modality.
  ///   - present: the indices of the modalities that stay.
  /// - Returns: inputs for ``forward(_:_:)``.
  public func masked(_ inputs: [Tensor], keeping present: Set<Int>) -> [Tensor] {
    checkInputs(inputs.count)
    return inputs.enumerated().map { present.contains($0) ? $1 : $1.zerosLike() }
  }

  /// The same of batches whose samples may have lengths, which stay as they are.
  public func masked(_ inputs: [RaggedBatch], keeping present: Set<Int>) -> [RaggedBatch] {
    zip(inputs, masked(inputs.map(\.tensor), keeping: present)).map { $0.with($1) }
  }

  private func checkInputs(_ count: Int) {
    precondition(
      count == encoders.entries.count,
      "\(count) inputs for the modalities \(modalities)")
  }
}
