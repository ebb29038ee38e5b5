// SPDX-License-Identifier: Apache-2.0
/// Self-attention with several heads: [B, L, width] → [B, L, width] (Vaswani et al., 2017).
///
/// ```
/// (Q, K, V) = x W_inᵀ + b_in,   split into heads of d = width / heads
/// head      = dropout(softmax(Q Kᵀ / √d)) V
/// output    = [head_1 … head_h] W_outᵀ + b_out
/// ```
public final class MultiHeadAttention: Layer {
  /// The projections of query, key and value, in this order: [3·width, width].
  public let inProjWeight: Parameter
  /// [3·width].
  public let inProjBias: Parameter
  /// The projection of the heads' results.
  public let outProj: Linear
  private let heads: Int
  private let dropout: Dropout

  /// Self-attention.
  ///
  /// - Parameters:
  ///   - width: the features of a position; `heads` divides it.
  ///   - heads: how many attentions run side by side.
  ///   - dropout: the rate at which attention weights are dropped.
  ///   - generator: the stream to draw the first weights from.
  public init(_ width: Int, heads: Int, dropout: Double = 0, from generator: Generator) {
    precondition(heads >= 1 && width % heads == 0, "attention: \(heads) heads over width \(width)")
    inProjWeight = Parameter(Initializer.xavierUniform([3 * width, width], from: generator))
    inProjBias = Parameter(Initializer.zeros([3 * width], from: generator))
    outProj = Linear(width, width, from: generator)
    self.heads = heads
    self.dropout = Dropout(dropout)
  }

  /// [B, L, width] → [B, L, width].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    precondition(input.rank == 3, "attention over \(input.shape), not [B, L, width]")
    let shape = input.shape
    let projected = input.linear(weight: inProjWeight.value, bias: inProjBias.value)
    let parts = projected.reshaped([shape[0], shape[1], 3, heads, shape[2] / heads])
      .permuted([2, 0, 3, 1, 4]).unbound(0)  // 3 × [B, heads, L, d]
    let attended = attention(parts[0], parts[1], parts[2], mode)
    return outProj(attended.transposed(1, 2).reshaped(shape))
  }

  private func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ mode: ForwardMode
  ) -> Tensor {
    // libtorch's fused kernels draw dropout from a stream that is not ours.
    guard dropout.isActive(mode) else {
      return Tensor.attention(query: query, key: key, value: value)
    }
    let scale = 1 / Double(query.size(-1)).squareRoot()
    let weights = (query * scale).matmul(key.transposed(-2, -1)).softmax(-1)
    return dropout(weights, mode).matmul(value)
  }
}
