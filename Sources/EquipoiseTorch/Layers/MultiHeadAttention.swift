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
    precondition(input.rank == 3, "attention over \(input.shape), not [B, L, width]")
    let shape = input.shape
    let projected = input.linear(weight: inProjWeight.value, bias: inProjBias.value)
    let parts = projected.reshaped([shape[0], shape[1], 3, heads, shape[2] / heads])
      .permuted([2, 0, 3, 1, 4]).unbound(0)  // 3 × [B, heads, L, d]
    // Added to scores: nothing at a valid key, and at another so little that its weight is exactly 0.
    let keys = valid.map {
      (($0.to(parts[0].dtype) - 1) * 1e30).reshaped([-1, 1, 1, shape[1]])
    }
    let attended = attention(parts[0], parts[1], parts[2], keys, mode)
    return outProj(attended.transposed(1, 2).reshaped(shape))
  }

  private func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ keys: Tensor?, _ mode: ForwardMode
  ) -> Tensor {
    // libtorch's fused kernels draw dropout from a stream that is not ours.
    guard dropout.isActive(mode) else {
      return Tensor.attention(query: query, key: key, value: value, keys: keys)
    }
    let scale = 1 / Double(query.size(-1)).squareRoot()
    let scores = (query * scale).matmul(key.transposed(-2, -1))
    let weights = (keys.map { scores + $0 } ?? scores).softmax(-1)
    return dropout(weights, mode).matmul(value)
  }
}
