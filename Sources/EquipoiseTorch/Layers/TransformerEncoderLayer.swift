// SPDX-License-Identifier: Apache-2.0
/// Self-attention and a two-layer network, each with a residual connection and layer normalisation:
/// [B, L, width] → [B, L, width] (Vaswani et al., 2017).
///
/// ```
/// norm last (default):  x ← norm1(x + attention(x));   x ← norm2(x + network(x))
/// norm first:           x ← x + attention(norm1(x));   x ← x + network(norm2(x))
/// ```
public final class TransformerEncoderLayer: Layer {
  /// What stands between the two linear layers.
  public enum Activation: String, Sendable {
    /// max(x, 0).
    case relu
    /// x Φ(x).
    case gelu
  }

  /// The attention.
  public let selfAttn: MultiHeadAttention
  /// width → feedForward.
  public let linear1: Linear
  /// feedForward → width.
  public let linear2: Linear
  /// Of the attention.
  public let norm1: LayerNorm
  /// Of the network.
  public let norm2: LayerNorm
  private let activation: Activation
  private let normFirst: Bool
  private let dropout: Dropout

  /// A transformer encoder layer.
  ///
  /// - Parameters:
  ///   - width: the features of a position; `heads` divides it.
  ///   - heads: how many attentions run side by side.
  ///   - feedForward: the width between the two linear layers.
  ///   - dropout: the rate for attention weights, hidden units and both residual branches.
  ///   - activation: what stands between the two linear layers.
  ///   - normFirst: normalises before attention and network instead of after the sum.
  ///   - generator: the stream to draw the first weights from.
  public init(
    _ width: Int, heads: Int, feedForward: Int, dropout: Double = 0,
    activation: Activation = .relu, normFirst: Bool = false, from generator: Generator
  ) {
    selfAttn = MultiHeadAttention(width, heads: heads, dropout: dropout, from: generator)
    linear1 = Linear(width, feedForward, from: generator)
    linear2 = Linear(feedForward, width, from: generator)
    norm1 = LayerNorm(width)
    norm2 = LayerNorm(width)
    self.activation = activation
    self.normFirst = normFirst
    self.dropout = Dropout(dropout)
  }

  /// [B, L, width] → [B, L, width].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    callAsFunction(input, mode, valid: nil)
  }

  /// The same where no position attends to one that is not valid.
  ///
  /// - Parameters:
  ///   - input: [B, L, width].
  ///   - mode: how dropout behaves.
  ///   - valid: which positions are, true and false, [B, L], at least one in each row; nil for all. What comes out at
  ///     the others means nothing.
  /// - Returns: [B, L, width].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode, valid: Tensor?) -> Tensor {
    if normFirst {
      let x = input + attention(norm1(input, mode), mode, valid)
      return x + network(norm2(x, mode), mode)
    }
    let x = norm1(input + attention(input, mode, valid), mode)
    return norm2(x + network(x, mode), mode)
  }

  private func attention(_ x: Tensor, _ mode: ForwardMode, _ valid: Tensor?) -> Tensor {
    dropout(selfAttn(x, mode, valid: valid), mode)
  }

  private func network(_ x: Tensor, _ mode: ForwardMode) -> Tensor {
    let hidden = linear1(x)
    let activated = activation == .relu ? hidden.relu() : hidden.gelu()
    return dropout(linear2(dropout(activated, mode)), mode)
  }
}
