// SPDX-License-Identifier: Apache-2.0
/// x Wᵀ + b: [*, in] → [*, out].
public final class Linear: Layer {
  /// [out, in].
  public let weight: Parameter
  /// [out].
  public let bias: Parameter?

  /// A linear layer; the bias starts at 0.
  ///
  /// - Parameters:
  ///   - inFeatures: the size of the input's last dimension.
  ///   - outFeatures: the size of the output's.
  ///   - bias: whether there is an additive term.
  ///   - initializer: how the weight is drawn.
  ///   - generator: the stream to draw from.
  public init(
    _ inFeatures: Int, _ outFeatures: Int, bias: Bool = true,
    initializer: Initializer = .xavierNormal, from generator: Generator
  ) {
    weight = Parameter(initializer([outFeatures, inFeatures], from: generator))
    self.bias = bias ? Parameter(Initializer.zeros([outFeatures], from: generator)) : nil
  }

  /// [*, in] → [*, out].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor { self(input) }

  /// [*, in] → [*, out]; the mode makes no difference here.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.linear(weight: weight.value, bias: bias?.value)
  }
}
