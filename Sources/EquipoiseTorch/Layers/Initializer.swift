// SPDX-License-Identifier: Apache-2.0
/// How a parameter's first numbers are drawn.
///
/// The fans are PyTorch's: of a weight [out, in, k…], fan-in is in·k…, fan-out is out·k….
public enum Initializer: Sendable, Hashable {
  /// Which side of a weight keeps its variance under Kaiming's rule.
  public enum Fan: Sendable, Hashable {
    /// The forward pass.
    case fanIn
    /// The backward pass.
    case fanOut
  }

  /// Zeros.
  case zeros
  /// Ones.
  case ones
  /// N(0, deviation²).
  case normal(deviation: Double)
  /// U(−bound, bound).
  case uniform(bound: Double)
  /// N(0, 2 / fan), for layers in front of a ReLU (He et al., 2015).
  case kaimingNormal(Fan)
  /// U(±√(6 / fan)), of the same variance.
  case kaimingUniform(Fan)
  /// N(0, 2 / (fan-in + fan-out)) (Glorot and Bengio, 2010).
  case xavierNormal
  /// U(±√(6 / (fan-in + fan-out))), of the same variance.
  case xavierUniform

  /// Draws a tensor.
  ///
  /// - Parameters:
  ///   - shape: the parameter's shape; rules with a fan need rank 2 or more.
  ///   - generator: the stream to draw from, on whose device the tensor is made.
  /// - Returns: `float32` numbers.
  public func callAsFunction(_ shape: [Int], from generator: Generator) -> Tensor {
    switch self {
    case .zeros: return .zeros(shape, device: generator.device)
    case .ones: return .ones(shape, device: generator.device)
    case .normal(let deviation): return Self.normal(shape, deviation, generator)
    case .uniform(let bound): return Self.uniform(shape, bound, generator)
    case .kaimingNormal(let fan):
      return Self.normal(shape, (2 / Self.fan(fan, shape)).squareRoot(), generator)
    case .kaimingUniform(let fan):
      return Self.uniform(shape, (6 / Self.fan(fan, shape)).squareRoot(), generator)
    case .xavierNormal:
      return Self.normal(shape, (2 / Self.fanSum(shape)).squareRoot(), generator)
    case .xavierUniform:
      return Self.uniform(shape, (6 / Self.fanSum(shape)).squareRoot(), generator)
    }
  }

  private static func normal(
    _ shape: [Int], _ deviation: Double, _ generator: Generator
  ) -> Tensor {
    Tensor.normal(shape, from: generator) * deviation
  }

  private static func uniform(_ shape: [Int], _ bound: Double, _ generator: Generator) -> Tensor {
    Tensor.uniform(shape, from: generator) * (2 * bound) - bound
  }

  private static func fan(_ fan: Fan, _ shape: [Int]) -> Double {
    precondition(shape.count >= 2, "an initialiser with a fan for shape \(shape)")
    let window = shape.dropFirst(2).reduce(1, *)
    return Double(shape[fan == .fanIn ? 1 : 0] * window)
  }

  private static func fanSum(_ shape: [Int]) -> Double {
    fan(.fanIn, shape) + fan(.fanOut, shape)
  }
}
