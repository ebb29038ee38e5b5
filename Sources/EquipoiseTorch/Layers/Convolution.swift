// SPDX-License-Identifier: Apache-2.0
/// Cross-correlation over two dimensions: [B, in, H, W] → [B, out, H′, W′], where
/// H′ = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
public final class Conv2d: Layer {
  /// [out, in, kernel, kernel].
  public let weight: Parameter
  /// [out].
  public let bias: Parameter?
  private let stride: Int
  private let padding: Int

  /// A convolution with a square window; the bias starts at 0.
  ///
  /// - Parameters:
  ///   - inChannels: the input's channels.
  ///   - outChannels: the output's.
  ///   - kernel: the window's side.
  ///   - stride: the step of the window.
  ///   - padding: zeros put around the input.
  ///   - bias: whether there is an additive term; batch normalisation makes it useless.
  ///   - initializer: how the weight is drawn.
  ///   - generator: the stream to draw from.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true, initializer: Initializer = .kaimingNormal(.fanOut),
    from generator: Generator
  ) {
    weight = Parameter(initializer([outChannels, inChannels, kernel, kernel], from: generator))
    self.bias = bias ? Parameter(Initializer.zeros([outChannels], from: generator)) : nil
    self.stride = stride
    self.padding = padding
  }

  /// [B, in, H, W] → [B, out, H′, W′].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.conv2d(
      weight: weight.value, bias: bias?.value, stride: [stride, stride],
      padding: [padding, padding])
  }
}

/// Cross-correlation over one dimension: [B, in, L] → [B, out, L′].
public final class Conv1d: Layer {
  /// [out, in, kernel].
  public let weight: Parameter
  /// [out].
  public let bias: Parameter?
  private let stride: Int
  private let padding: Int

  /// A convolution over time; the bias starts at 0.
  ///
  /// - Parameters:
  ///   - inChannels: the input's channels.
  ///   - outChannels: the output's.
  ///   - kernel: the window's length.
  ///   - stride: the step of the window.
  ///   - padding: zeros put at both ends of the input.
  ///   - bias: whether there is an additive term.
  ///   - initializer: how the weight is drawn.
  ///   - generator: the stream to draw from.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true, initializer: Initializer = .kaimingNormal(.fanOut),
    from generator: Generator
  ) {
    weight = Parameter(initializer([outChannels, inChannels, kernel], from: generator))
    self.bias = bias ? Parameter(Initializer.zeros([outChannels], from: generator)) : nil
    self.stride = stride
    self.padding = padding
  }

  /// [B, in, L] → [B, out, L′].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.conv1d(weight: weight.value, bias: bias?.value, stride: stride, padding: padding)
  }
}
