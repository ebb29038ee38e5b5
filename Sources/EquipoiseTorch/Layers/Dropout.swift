// SPDX-License-Identifier: Apache-2.0
/// Sets each element to 0 with a probability and scales the others so that the mean stays
/// (Srivastava et al., 2014). The identity where the mode has no dropout stream or the rate is 0.
public final class Dropout: Layer {
  /// The probability of 0.
  public let rate: Double

  /// Dropout.
  ///
  /// - Parameter rate: the probability of 0, below 1.
  public init(_ rate: Double) {
    precondition(rate >= 0 && rate < 1, "dropout rate \(rate) is not in [0, 1)")
    self.rate = rate
  }

  /// [*] → [*].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    guard rate > 0, let generator = mode.dropout else { return input }
    return input.droppedOut(rate: rate, from: generator)
  }

  /// Whether a pass in this mode drops anything.
  func isActive(_ mode: ForwardMode) -> Bool { rate > 0 && mode.dropout != nil }
}
