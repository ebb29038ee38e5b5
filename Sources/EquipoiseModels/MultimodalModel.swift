// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One encoder for each modality and a fusion head. With one modality it is that modality's
/// unimodal model.
///
/// Samples may lack modalities: an encoder runs on the samples that have its modality, so that its batch statistics are
/// those of these samples alone, and not at all where none has it.
///
/// Parameters are named `encoders.<modality>.…`, `mmtm.<depth>.…`, `fusion.…` and, where it is learned what stands for a
/// missing modality, `missing.<modality>.embedding`.
public final class MultimodalModel: Module {
  /// The encoders by modality, in the order of inputs and features.
  public let encoders: ModuleDictionary<any ModalityEncoder>
  /// What joins the encoders after a depth. The property has the name that files of weights have.
  private let mmtm: ModuleDictionary<any Coupling>
  /// What turns features into logits.
  public let fusion: any Fusion
  /// What stands for the feature of a modality that a sample lacks; of those that are not here zeros do.
  public let missing: ModuleDictionary<MissingFeature>
  /// The shape of one sample of each modality, without the batch.
  public let inputShapes: [String: [Int]]
  /// Of each encoder whether it normalises over the batch.
  private let normalisesOverBatch: [Bool]

  /// A model of encoders that fit their modalities and a head that fits the encoders.
  ///
  /// - Parameters:
  ///   - encoders: for each modality its name, the shape of a sample and the encoder.
  ///   - fusion: a head for the encoders' feature widths, in the same order.
  ///   - coupling: modules between encoders, by the depth after which they act.
  ///   - missing: what stands for the features of missing modalities where zeros do not.
  /// - Throws: ``EquipoiseError`` when a shape does not fit its encoder, or names clash.
  public init(
    encoders: [(modality: String, shape: [Int], encoder: any ModalityEncoder)],
    fusion: any Fusion, coupling: ModuleDictionary<any Coupling> = ModuleDictionary([]),
    missing: ModuleDictionary<MissingFeature> = ModuleDictionary([])
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
    self.missing = missing
    normalisesOverBatch = encoders.map {
      $0.encoder.namedModules.contains { $0.module is BatchNorm }
    }
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

  /// The same of batches whose samples may have lengths, or lack the modality: what stands in their inputs is not read.
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
    let encoded = features(of: traces, inputs)
    let features = try modulate(encoded)
    return Forward(
      traces: traces, encoded: encoded, features: features, logits: fusion.logits(features))
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

  /// The same of batches whose samples may have lengths; each trace is of the samples that have the modality.
  public func trace(_ inputs: [RaggedBatch], _ mode: ForwardMode) -> [EncoderTrace] {
    checkInputs(inputs.count)
    if isCoupled { return coupledTrace(inputs, mode) { $1 } }
    return zip(encoders.modules, inputs).enumerated().map { index, pair in
      pair.1.presence.hasRows
        ? pair.0.trace(pair.1.present, self.mode(mode, of: index, pair.1))
        : .none(of: pair.0, like: pair.1.tensor)
    }
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

  /// The same of batches whose samples may have lengths; where a sample lacks a modality, what stands for it.
  public func features(_ inputs: [RaggedBatch], _ mode: ForwardMode) -> [Tensor] {
    checkInputs(inputs.count)
    if isCoupled { return features(of: coupledTrace(inputs, mode) { $1 }, inputs) }
    return inputs.enumerated().map { index, input in
      let own =
        input.presence.hasRows
        ? ownRows(index, input, mode)
        : EncoderTrace.none(of: encoders.modules[index], like: input.tensor).features
      return input.share.gathered(filled(own, index, input.presence))
    }
  }

  /// One modality's features of the samples that have it, [n, w], of the whole batch; its encoder alone is run.
  ///
  /// - Parameters:
  ///   - modality: its index, in a model that is not coupled.
  ///   - input: its batch.
  ///   - mode: how statistics and dropout behave.
  /// - Returns: the features; `nil` where no sample has it.
  package func ownFeatures(
    _ modality: Int, _ input: RaggedBatch, _ mode: ForwardMode
  ) -> Tensor? {
    guard input.presence.hasRows else { return nil }
    return input.share.gatheredPresent(ownRows(modality, input, mode))
  }

  private func ownRows(_ modality: Int, _ input: RaggedBatch, _ mode: ForwardMode) -> Tensor {
    encoders.modules[modality].features(input.present, self.mode(mode, of: modality, input))
  }

  /// Features of all samples of the whole batch, from traces of this worker's samples that have each modality.
  func features(of traces: [EncoderTrace], _ inputs: [RaggedBatch]) -> [Tensor] {
    traces.enumerated().map {
      inputs[$0].share.gathered(filled($1.features, $0, inputs[$0].presence))
    }
  }

  /// Features of all samples: [n, w] → [B, w].
  ///
  /// - Parameters:
  ///   - own: of the samples that have the modality.
  ///   - modality: its index.
  ///   - presence: which these are; nil where all have it.
  /// - Returns: the features, with what stands for it where a sample lacks the modality.
  package func filled(_ own: Tensor, _ modality: Int, _ presence: RowPresence?) -> Tensor {
    guard let presence else { return own }
    let features = presence.scattered(own)
    guard let missing = missing[modalities[modality]] else { return features }
    let absent = (1 - presence.mask.to(own.dtype)).unsqueezed(1)
    return features + missing.embedding.value.to(own.dtype) * absent
  }

  /// How the encoder runs on the samples that have its modality. One sample alone has no batch to be normalised over:
  /// the running statistics do it.
  func mode(_ mode: ForwardMode, of modality: Int, _ input: RaggedBatch) -> ForwardMode {
    let presence = input.share.map(\.presence) ?? input.presence
    guard presence?.rows.count == 1, normalisesOverBatch[modality] else { return mode }
    return ForwardMode(statistics: .running, dropout: mode.dropout)
  }

  /// The inputs with those of all but some modalities replaced by zeros, for passes that ask what a
  /// modality contributes from the start. (To zero features instead: ``Fusion/zeroOutLogits(_:)``.)
  ///
  /// - Parameters:
  ///   - inputs: one batch for each modality.
  ///   - present: the indices of the modalities that stay.
  /// - Returns: inputs for ``forward(_:_:)-([Tensor],_)``.
  public func masked(_ inputs: [Tensor], keeping present: Set<Int>) -> [Tensor] {
    checkInputs(inputs.count)
    return inputs.enumerated().map {
      // Zero is a token like another: of a text the vectors of its tokens are zeros.
      present.contains($0)
        ? $1 : encoders.modules[$0].continuous(RaggedBatch($1)).tensor.zerosLike()
    }
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
