// SPDX-License-Identifier: Apache-2.0
/// Normalises each position over its features: [*, size] → the same shape (Ba et al., 2016).
public final class LayerNorm: Layer {
  /// Scale [size], 1 at first.
  public let weight: Parameter
  /// Shift [size], 0 at first.
  public let bias: Parameter
  private let epsilon: Double

  /// Layer normalisation over the last dimension.
  ///
  /// - Parameters:
  ///   - size: the size of the last dimension.
  ///   - epsilon: added to the variance.
  public init(_ size: Int, epsilon: Double = 1e-5) {
    weight = Parameter(.ones([size]))
    bias = Parameter(.zeros([size]))
    self.epsilon = epsilon
  }

  /// [*, size] → [*, size].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.layerNormalized(
      weight.leaf.shape, weight: weight.value, bias: bias.value, epsilon: epsilon)
  }
}
