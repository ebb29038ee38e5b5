// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// Self-attention with the projections of a reference's layer: [B, L, width] → [B, L, width].
///
/// ```
/// head   = dropout(softmax(Q Kᵀ / √d + bias)) V
/// output = [head_1 … head_h] W_outᵀ + b_out
/// ```
struct SelfAttention {
  /// How query, key and value are projected, by the names of the parameters.
  enum Projection {
    /// Three maps with biases of their own.
    case separate(query: String, key: String, value: String, hasBias: Bool)
    /// Three maps of which query and value have a bias under another name (BEiT, VideoMAE).
    case biases(query: String, key: String, value: String, queryBias: String, valueBias: String)
    /// One map for all three, in this order.
    case joint(weight: String, bias: String?)
  }

  private enum Maps {
    case separate(query: Linear, key: Linear, value: Linear, biases: (Parameter, Parameter)?)
    case joint(weight: Parameter, bias: Parameter?)
  }

  private let maps: Maps
  private let output: Linear
  private let heads: Int
  private let dropout: Dropout

  init(
    _ projection: Projection, output: String, width: Int, heads: Int, dropout: Double,
    in parts: inout Parts
  ) {
    (self.heads, self.dropout) = (heads, Dropout(dropout))
    switch projection {
    case .separate(let query, let key, let value, let hasBias):
      maps = .separate(
        query: parts.linear(query, width, width, bias: hasBias),
        key: parts.linear(key, width, width, bias: hasBias),
        value: parts.linear(value, width, width, bias: hasBias), biases: nil)
    case .biases(let query, let key, let value, let queryBias, let valueBias):
      maps = .separate(
        query: parts.linear(query, width, width, bias: false),
        key: parts.linear(key, width, width, bias: false),
        value: parts.linear(value, width, width, bias: false),
        biases: (parts.parameter(queryBias, [width]), parts.parameter(valueBias, [width])))
    case .joint(let weight, let bias):
      maps = .joint(
        weight: parts.parameter(weight, [3 * width, width]),
        bias: bias.map { parts.parameter($0, [3 * width]) })
    }
    self.output = parts.linear(output, width, width)
  }

  /// [B, L, width] → [B, L, width].
  ///
  /// - Parameters:
  ///   - x: the positions.
  ///   - mode: how dropout behaves.
  ///   - bias: added to the scores, [B or 1, heads or 1, L or 1, L]; nil adds nothing.
  /// - Returns: [B, L, width].
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, bias: Tensor?) -> Tensor {
    let (query, key, value) = projected(x)
    let attended: Tensor
    // libtorch's fused kernels draw dropout from a stream that is not ours.
    if dropout.rate > 0, mode.dropout != nil {
      let scale = 1 / Double(query.size(-1)).squareRoot()
      let scores = (query * scale).matmul(key.transposed(-2, -1))
      let weights = (bias.map { scores + $0 } ?? scores).softmax(-1)
      attended = dropout(weights, mode).matmul(value)
    } else {
      attended = .attention(query: query, key: key, value: value, keys: bias)
    }
    return output(attended.transposed(1, 2).reshaped(x.shape))
  }

  /// Query, key and value of each head, [B, heads, L, d].
  private func projected(_ x: Tensor) -> (Tensor, Tensor, Tensor) {
    let shape = x.shape
    func split(_ projected: Tensor) -> Tensor {
      projected.reshaped([shape[0], shape[1], heads, shape[2] / heads]).transposed(1, 2)
    }
    switch maps {
    case .separate(let query, let key, let value, let biases):
      guard let biases else { return (split(query(x)), split(key(x)), split(value(x))) }
      let queries = x.linear(weight: query.weight.value, bias: biases.0.value)
      let values = x.linear(weight: value.weight.value, bias: biases.1.value)
      return (split(queries), split(key(x)), split(values))
    case .joint(let weight, let bias):
      let parts = x.linear(weight: weight.value, bias: bias?.value)
        .reshaped([shape[0], shape[1], 3, heads, shape[2] / heads]).permuted([2, 0, 3, 1, 4])
        .unbound(0)
      return (parts[0], parts[1], parts[2])
    }
  }
}
