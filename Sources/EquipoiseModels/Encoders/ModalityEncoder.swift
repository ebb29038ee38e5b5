// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// A network for one modality, cut into D sequential blocks.
///
/// Depth d is `blocks[d]`. A block is a module of its own, so that its parameters can be listed,
/// replaced (`withParameters`) and the block run again on a kept input.
public protocol ModalityEncoder: Module {
  /// The blocks in order. Implement it as a computed property: the parameters are found through
  /// the stored ones, and a stored list would name them twice.
  var blocks: [EncoderBlock] { get }

  /// The width of the feature vector that ``pool(_:samples:)`` returns.
  var featureWidth: Int { get }

  /// The dimension of the blocks' outputs that holds the channels.
  var channelAxis: Int { get }

  /// The architecture in a few words, such as `ResNet-18, width 64`.
  var summary: String { get }

  /// Checks that samples of a shape can be encoded.
  ///
  /// - Parameters:
  ///   - shape: of one sample, without the batch.
  ///   - modality: its name, for the message.
  /// - Throws: ``EquipoiseError`` that names what does not fit and how to fix it.
  func validate(shape: [Int], of modality: String) throws

  /// Raw input of a modality, [B, shape…] → the first block's input.
  ///
  /// Where a sample becomes several rows (the frames of a video), all rows of sample 0 come first,
  /// then those of sample 1, and so on.
  func prepare(_ input: Tensor) -> Tensor

  /// The last block's output → features [samples, ``featureWidth``].
  func pool(_ last: Tensor, samples: Int) -> Tensor
}

extension ModalityEncoder {
  /// The number of blocks, D.
  public var depth: Int { blocks.count }

  /// Features [B, ``featureWidth``] of raw input [B, shape…]. Keeps nothing else, so evaluation
  /// needs no memory for the blocks' outputs.
  public func features(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    features(RaggedBatch(input), mode)
  }

  /// One forward pass that keeps every block's input and output.
  public func trace(_ input: Tensor, _ mode: ForwardMode) -> EncoderTrace {
    trace(RaggedBatch(input), mode)
  }
}

/// What one forward pass of an encoder leaves behind.
public struct EncoderTrace {
  /// The input of each block. A video's frames are rows, sample by sample.
  public let inputs: [Tensor]
  /// The output of each block; all but the last are the next block's input.
  public let outputs: [Tensor]
  /// Pooled features [B, width].
  public let features: Tensor
  /// The number of samples B.
  public let samples: Int
  /// Where the valid steps of the first block's input and of each block's output are; nil where all are valid.
  public let steps: [StepLayout?]

  /// A trace of blocks in sequence.
  init(
    inputs: [Tensor], last: Tensor, features: Tensor, samples: Int, steps: [StepLayout?]
  ) {
    self.steps = steps
    self.inputs = inputs
    outputs = inputs.dropFirst() + [last]
    self.features = features
    self.samples = samples
  }

  private init(features: Tensor) {
    (inputs, outputs, samples, steps, self.features) = ([], [], 0, [], features)
  }

  /// The trace of a batch in which no sample has the modality: no depth ran, and there is no row of features.
  ///
  /// - Parameters:
  ///   - encoder: which did not run.
  ///   - input: the batch, for its type and device.
  /// - Returns: the trace.
  static func none(of encoder: any ModalityEncoder, like input: Tensor) -> EncoderTrace {
    EncoderTrace(
      features: .zeros(
        [0, encoder.featureWidth], dtype: input.dtype.ofFeatures, device: input.device))
  }

  /// A block's output with everything that belongs to a sample in its row: [B, n]. Where samples have as many rows as
  /// valid steps, zeros stand behind those of a shorter one.
  public func flattenedOutput(_ depth: Int) -> Tensor {
    let output = outputs[depth]
    guard case .rows? = steps[depth + 1], let steps = steps[depth + 1] else {
      return output.reshaped([samples, -1])
    }
    return steps.padded(output).reshaped([samples, -1])
  }
}

extension DType {
  /// Of what an encoder makes of input of this type: whole numbers, as token ids are, become real ones.
  package var ofFeatures: DType { isFloatingPoint ? self : .float32 }
}
