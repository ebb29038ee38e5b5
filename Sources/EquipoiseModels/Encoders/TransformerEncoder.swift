// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
public import EquipoiseTorch

/// Self-attention layers over a sequence [L, C] or a text [L] (Vaswani et al., 2017).
///
/// ```
/// x = projection(input) + positions        [B, L, width]; of a text embedding(input) + positions
/// x = layer_n(x)                           n = 1 … N
/// feature = mean of x over the L positions [B, width]
/// ```
/// Depths are the layers; projection and positions belong to the first, the table of a text's tokens to none. Where samples have lengths of their own, no
/// position attends to one behind them, and the mean is over those before.
public final class TransformerEncoder: TokenReading {
  /// What tells positions apart.
  public enum Positions: String, Sendable {
    /// A trained vector for each position, N(0, 0.02²) at first.
    case learned
    /// Sines and cosines of fixed frequencies.
    case sinusoidal
  }

  /// Features of a position.
  public static let defaultWidth = 128
  /// Attention heads.
  public static let defaultHeads = 4
  /// Layers.
  public static let defaultDepth = 3

  /// A vector for each token of a text, N(0, 0.02²) at first as BERT's; sequences have none.
  private let embedding: Embedding?
  /// Of sequences.
  private let projection: Linear?
  /// Trained positions [L, width].
  private let positions: Parameter?
  /// Fixed positions [L, width]; a buffer, so that they move with the module.
  private let sinusoids: Buffer?
  private let layers: [TransformerEncoderLayer]
  private let length: Int
  private let channels: Int
  /// How many tokens a text may have; 0 of sequences.
  public let vocabulary: Int
  private let width: Int
  private let heads: Int

  /// A transformer encoder with random weights.
  ///
  /// - Parameters:
  ///   - length: positions of a sequence, L.
  ///   - channels: values at a position, C; of no matter for a text.
  ///   - vocabulary: of a text how many tokens there are; nil for sequences.
  ///   - width: features of a position inside.
  ///   - heads: attention heads; they divide the width.
  ///   - hidden: width of the feed-forward networks; four times `width` when left out.
  ///   - depth: the number of layers.
  ///   - dropout: the probability of dropping a value.
  ///   - positions: what tells positions apart.
  ///   - generator: the stream to draw the weights from.
  /// - Throws: ``EquipoiseError`` when `heads` does not divide `width`.
  public init(
    length: Int, channels: Int, vocabulary: Int? = nil,
    width: Int = TransformerEncoder.defaultWidth,
    heads: Int = TransformerEncoder.defaultHeads, hidden: Int? = nil,
    depth: Int = TransformerEncoder.defaultDepth, dropout: Double = 0,
    positions: Positions = .learned, from generator: Generator
  ) throws {
    guard width % heads == 0 else {
      throw EquipoiseError(
        .configuration, "\(heads) attention heads do not divide the transformer's width \(width)",
        fix: "choose a width that is a multiple of heads")
    }
    precondition(depth >= 1, "a transformer of depth \(depth)")
    (self.length, self.channels, self.width, self.heads) = (length, channels, width, heads)
    self.vocabulary = vocabulary ?? 0
    embedding = vocabulary.map {
      Embedding($0, width, initializer: .normal(deviation: 0.02), from: generator)
    }
    projection = vocabulary == nil ? Linear(channels, width, from: generator) : nil
    self.positions =
      positions == .learned
      ? Parameter(Initializer.normal(deviation: 0.02)([length, width], from: generator)) : nil
    sinusoids = positions == .sinusoidal ? Buffer(Self.sinusoids(length, width)) : nil
    layers = (0..<depth).map { _ in
      TransformerEncoderLayer(
        width, heads: heads, feedForward: hidden ?? 4 * width, dropout: dropout, from: generator)
    }
  }

  /// Row t: sin(t·ω₀), cos(t·ω₀), sin(t·ω₁), … with ωᵢ = 10000^(−2i/width).
  static func sinusoids(_ length: Int, _ width: Int) -> Tensor {
    let values = (0..<length).flatMap { position in
      (0..<width).map { column in
        let angle = Double(position) * pow(10_000, -Double(column / 2 * 2) / Double(width))
        return Float(column % 2 == 0 ? sin(angle) : cos(angle))
      }
    }
    return Tensor(values, shape: [length, width])
  }

  /// The layers, the first with projection and positions.
  public var blocks: [EncoderBlock] {
    layers.enumerated().map { index, layer in
      let name = "layers.\(index)"
      guard index == 0 else {
        return EncoderBlock(name, parts: [(name, layer)]) { input, mode, steps in
          Self.apply(layer, input, mode, steps)
        }
      }
      let parts: [(String, Any)] = [
        ("projection", projection as Any), ("positions", positions as Any),
        ("sinusoids", sinusoids as Any), (name, layer),
      ]
      let entry = embedding == nil ? "projection + " : "positions + "
      return EncoderBlock(entry + name, parts: parts) { input, mode, steps in
        Self.apply(layer, self.enter(input), mode, steps)
      }
    }
  }

  private static func apply(
    _ layer: TransformerEncoderLayer, _ input: Tensor, _ mode: ForwardMode, _ steps: StepLayout?
  ) -> Tensor {
    guard let steps else { return layer(input, mode) }
    let valid = steps.lengths.positions(input.size(1))
    let output = layer(input, mode, valid: valid)
    return output * valid.to(output.dtype).unsqueezed(2)
  }

  private func enter(_ input: Tensor) -> Tensor {
    let projected = projection.map { $0(input) } ?? input
    guard let table = positions?.value ?? sinusoids?.value else { return projected }
    let length = input.size(1)
    return projected + (length == table.size(0) ? table : table.slice(0..<length))
  }

  /// The width of a token's vector.
  public var embeddingWidth: Int { width }

  /// [B, L] → [B, L, width].
  public func embed(_ ids: Tensor) -> Tensor {
    guard let embedding else { preconditionFailure("\(summary) of sequences: a text") }
    return embedding(ids.to(.int64), .evaluation)
  }

  /// The width of a position.
  public var featureWidth: Int { width }

  /// [B, L, width].
  public var channelAxis: Int { 2 }

  /// Layers, width and heads; of a text its tokens.
  public var summary: String {
    "transformer, \(layers.count) layer(s), width \(width), \(heads) head(s)"
      + (embedding == nil ? "" : ", \(vocabulary) token(s)")
  }

  /// In the middle dimension, which may be shorter than the encoder was made for.
  public func steps(of lengths: StepLengths) -> StepLayout { .positions(lengths, axis: 1) }

  /// [B, L, width] → means over the positions, [B, width].
  public func pool(_ last: Tensor, samples: Int) -> Tensor { last.mean(over: [1]) }

  /// Accepts [L, C], or of a text [L], as given at the start.
  ///
  /// - Parameters:
  ///   - shape: of one sample.
  ///   - modality: its name.
  /// - Throws: ``EquipoiseError`` for another shape.
  public func validate(shape: [Int], of modality: String) throws {
    if embedding == nil || shape.count != 1 {
      try SequenceShape.check(shape, modality, encoder: "transformer", channels: channels)
    }
    guard shape[0] == length else {
      throw EquipoiseError(
        .configuration,
        "modality '\(modality)' has \(shape[0]) positions, but its encoder takes \(length)",
        fix: "make the encoder for the data's length")
    }
  }
}
