// SPDX-License-Identifier: Apache-2.0
/// The largest value in each square window: [B, C, H, W] → [B, C, H′, W′].
public final class MaxPool2d: Layer {
  private let kernel: Int
  private let stride: Int
  private let padding: Int

  /// Pooling with a square window.
  ///
  /// - Parameters:
  ///   - kernel: the window's side.
  ///   - stride: the step of the window; its side if left out.
  ///   - padding: how far windows reach over the edge.
  public init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  /// [B, C, H, W] → [B, C, H′, W′].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.maxPool2d(kernel: kernel, stride: stride, padding: padding)
  }
}

/// The mean of each square window: [B, C, H, W] → [B, C, H′, W′].
public final class AveragePool2d: Layer {
  private let kernel: Int
  private let stride: Int
  private let padding: Int

  /// Pooling with a square window.
  ///
  /// - Parameters:
  ///   - kernel: the window's side.
  ///   - stride: the step of the window; its side if left out.
  ///   - padding: zeros put around the input, which count in the mean.
  public init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  /// [B, C, H, W] → [B, C, H′, W′].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.averagePool2d(kernel: kernel, stride: stride, padding: padding)
  }
}

/// The largest value in each window: [B, C, L] → [B, C, L′].
public final class MaxPool1d: Layer {
  private let kernel: Int
  private let stride: Int
  private let padding: Int

  /// Pooling over time.
  ///
  /// - Parameters:
  ///   - kernel: the window's length.
  ///   - stride: the step of the window; its length if left out.
  ///   - padding: how far windows reach over the ends.
  public init(kernel: Int, stride: Int? = nil, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  /// [B, C, L] → [B, C, L′].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.maxPool1d(kernel: kernel, stride: stride, padding: padding)
  }
}

/// Means over windows that divide the input evenly: [B, C, H, W] → [B, C, size…].
public final class AdaptiveAveragePool2d: Layer {
  private let size: [Int]

  /// Pooling to a fixed size.
  ///
  /// - Parameter size: height and width of the output.
  public init(_ size: [Int] = [1, 1]) {
    precondition(size.count == 2, "adaptive_avg_pool2d to \(size)")
    self.size = size
  }

  /// [B, C, H, W] → [B, C, size…].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.adaptiveAveragePool2d(size)
  }
}
