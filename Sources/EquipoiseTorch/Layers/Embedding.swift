// SPDX-License-Identifier: Apache-2.0
/// A table of vectors: indices [*] → [*, width].
public final class Embedding: Layer {
  /// [count, width].
  public let weight: Parameter

  /// A table.
  ///
  /// - Parameters:
  ///   - count: the number of rows; indices lie in 0..<count.
  ///   - width: the size of a row.
  ///   - initializer: how the rows are drawn.
  ///   - generator: the stream to draw from.
  public init(
    _ count: Int, _ width: Int, initializer: Initializer = .normal(deviation: 1),
    from generator: Generator
  ) {
    weight = Parameter(initializer([count, width], from: generator))
  }

  /// Integer indices [*] → [*, width].
  public func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor {
    Tensor.embedding(weight: weight.value, indices: input)
  }
}
