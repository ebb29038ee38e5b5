// SPDX-License-Identifier: Apache-2.0
/// max(x, 0).
public final class ReLU: Layer {
  /// The rectifier.
  public init() {}

  /// [*] → [*].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor { input.relu() }
}

/// x Φ(x), exactly.
public final class GELU: Layer {
  /// The Gaussian error linear unit.
  public init() {}

  /// [*] → [*].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor { input.gelu() }
}

/// The hyperbolic tangent.
public final class Tanh: Layer {
  /// The hyperbolic tangent.
  public init() {}

  /// [*] → [*].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor { input.tanh() }
}

/// Folds all dimensions but the first: [B, …] → [B, n].
public final class Flatten: Layer {
  /// Flattening.
  public init() {}

  /// [B, …] → [B, n].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    input.flattened(from: 1)
  }
}
