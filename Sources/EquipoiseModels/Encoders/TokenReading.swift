// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// An encoder of texts: ids of tokens [B, L], each of which is looked up in a table before the first block.
///
/// ``ModalityEncoder/prepare(_:)`` takes ids, in whatever type, and looks them up; it also takes vectors that are looked
/// up already, [B, L, ``embeddingWidth``], as AIM's prototypes are. The table belongs to no block.
public protocol TokenReading: StepMasking {
  /// How many tokens it knows.
  var vocabulary: Int { get }
  /// The width of a token's vector.
  var embeddingWidth: Int { get }
  /// Ids [B, L], whole numbers in whatever type → their vectors [B, L, ``embeddingWidth``].
  func embed(_ ids: Tensor) -> Tensor
}

extension TokenReading {
  /// Ids [B, L] or their vectors → vectors.
  public func prepare(_ input: Tensor) -> Tensor { input.rank == 2 ? embed(input) : input }

  /// The same with zeros behind the valid steps.
  public func prepare(_ input: Tensor, _ steps: StepLayout) -> Tensor {
    guard input.rank == 2 else { return input }
    let vectors = embed(input)
    return vectors * steps.lengths.mask(input.size(1), dtype: vectors.dtype, trailing: 1)
  }
}

extension ModalityEncoder {
  /// The batch as it can be averaged and learned: of a text the vectors of its tokens, zeros behind the valid ones.
  package func continuous(_ batch: RaggedBatch) -> RaggedBatch {
    guard let encoder = self as? any TokenReading, batch.tensor.rank == 2 else { return batch }
    return batch.with(
      batch.lengths.map { encoder.prepare(batch.tensor, encoder.steps(of: $0)) }
        ?? encoder.prepare(batch.tensor))
  }

  /// The shape of what ``continuous(_:)`` makes of a sample.
  package func continuousShape(_ shape: [Int]) -> [Int] {
    // Steps of numbers are [L, C] and stay what they are.
    guard let encoder = self as? any TokenReading, shape.count == 1 else { return shape }
    return shape + [encoder.embeddingWidth]
  }

  /// Throws where the encoder does not read what the modality is made of, or does not know all tokens.
  func checkTokens(of input: EncoderInput) throws {
    let place = "model.encoders.\(input.modality)"
    guard let tokens = input.vocabulary else { return }
    guard let encoder = self as? any TokenReading else {
      throw EquipoiseError(
        .configuration,
        "modality '\(input.modality)' is text, and its encoder (\(summary)) does not read tokens",
        at: place, fix: "choose an encoder of texts, such as type=transformer")
    }
    guard tokens <= encoder.vocabulary else {
      throw EquipoiseError(
        .configuration,
        "the tokeniser of '\(input.modality)' has \(tokens) tokens, and its encoder (\(summary)) knows "
          + "\(encoder.vocabulary)", at: place,
        fix: "prepare the text with the encoder's own tokeniser")
    }
  }
}
