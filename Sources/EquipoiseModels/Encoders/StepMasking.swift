// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// An encoder that takes samples of different lengths: nothing that it puts out depends on what lies behind a sample's
/// valid steps, nor on how much.
///
/// ```
/// blocks   see zeros there, leave zeros there, and take statistics over valid steps alone
/// pool     means over valid steps
/// ```
/// Without lengths it does what a ``ModalityEncoder`` does.
public protocol StepMasking: ModalityEncoder {
  /// Where the steps of the first block's input are.
  func steps(of lengths: StepLengths) -> StepLayout

  /// Raw input of a modality, [B, T, …], whose steps behind the valid ones are zero → the first block's input.
  func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor

  /// Where the steps of a block's output are, from where those of its input are.
  func steps(after depth: Int, of steps: StepLayout) -> StepLayout

  /// A block's output → features [B, ``ModalityEncoder/featureWidth``], or as wide as that output's channels.
  func pool(_ output: Tensor, _ steps: StepLayout) -> Tensor
}

extension StepMasking {
  /// As without lengths: the input keeps its steps.
  public func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor { prepare(input) }

  /// As wide as a block's input: no step moves.
  public func steps(after depth: Int, of steps: StepLayout) -> StepLayout { steps }

  /// Means over valid steps and whatever else a channel has.
  public func pool(_ output: Tensor, _ steps: StepLayout) -> Tensor {
    steps.means(output, channelAxis: channelAxis)
  }
}

extension ModalityEncoder {
  /// The encoder for a batch with lengths. Data with lengths are refused for other encoders before a model sees them.
  var masking: any StepMasking {
    guard let masking = self as? any StepMasking else {
      preconditionFailure("\(summary): a batch with lengths")
    }
    return masking
  }

  /// The first block's input, and where the steps of it and of each block's output are; nil where all are valid.
  package func prepared(_ batch: RaggedBatch) -> (input: Tensor, steps: [StepLayout?]) {
    guard let lengths = batch.lengths else {
      return (prepare(batch.tensor), [StepLayout?](repeating: nil, count: depth + 1))
    }
    let steps = layouts(lengths)
    return (masking.prepare(batch.tensor, steps[0]), steps)
  }

  /// Where the steps of the first block's input and of each block's output are.
  package func layouts(_ lengths: StepLengths) -> [StepLayout] {
    let masking = masking
    var steps = [masking.steps(of: lengths)]
    for index in 0..<depth { steps.append(masking.steps(after: index, of: steps[index])) }
    return steps
  }

  /// Features of a block's output: over all of it where nothing is said of its steps.
  package func pool(_ output: Tensor, samples: Int, _ steps: StepLayout?) -> Tensor {
    steps.map { masking.pool(output, $0) } ?? pool(output, samples: samples)
  }

  /// Features [B, ``featureWidth``] of a batch that may have lengths. Keeps nothing else, so evaluation needs no memory
  /// for the blocks' outputs.
  public func features(_ batch: RaggedBatch, _ mode: ForwardMode) -> Tensor {
    var (x, steps) = prepared(batch)
    for (depth, block) in blocks.enumerated() { x = block(x, mode, steps[depth]) }
    return pool(x, samples: batch.count, steps[depth])
  }

  /// One forward pass of a batch that may have lengths, which keeps every block's input and output.
  public func trace(_ batch: RaggedBatch, _ mode: ForwardMode) -> EncoderTrace {
    var inputs: [Tensor] = []
    var (x, steps) = prepared(batch)
    for (depth, block) in blocks.enumerated() {
      inputs.append(x)
      x = block(x, mode, steps[depth])
    }
    return EncoderTrace(
      inputs: inputs, last: x, features: pool(x, samples: batch.count, steps[depth]),
      samples: batch.count, steps: steps)
  }
}

extension MultimodalModel {
  /// Refuses data with lengths where an encoder, or what couples encoders, does not mind them.
  ///
  /// - Parameter modalities: those whose samples have lengths of their own.
  /// - Throws: ``EquipoiseError`` that names the first encoder that would see padding.
  package func checkLengths(of modalities: Set<String>) throws {
    for (name, encoder) in encoders.entries
    where modalities.contains(name) && !(encoder is any StepMasking) {
      throw EquipoiseError(
        .configuration,
        "samples of modality '\(name)' have different lengths, and its encoder (\(encoder.summary)) "
          + "would take padding for data", at: "model.encoders.\(name)",
        fix:
          "choose transformer or conv1d for sequences, resnet18 for video, or conform the encoder to "
          + "StepMasking")
    }
    let isBlind = coupling.modules.contains { !($0 is any StepCoupling) }
    if isBlind, let name = modalities.sorted().first {
      throw EquipoiseError(
        .configuration,
        "samples of modality '\(name)' have different lengths, which the coupling does not mind",
        at: "model.coupling", fix: "conform the coupling to StepCoupling, or leave it out")
    }
  }
}
