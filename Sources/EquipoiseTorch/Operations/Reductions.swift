// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// The sum of all elements.
  public func sum() -> Tensor { Operator.sum(.tensor(self)) }
  /// The mean of all elements.
  public func mean() -> Tensor { Operator.mean(.tensor(self)) }

  /// The sum over some dimensions.
  public func sum(over dimensions: [Int], keeping: Bool = false) -> Tensor {
    Operator.sumOver(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The mean over some dimensions.
  public func mean(over dimensions: [Int], keeping: Bool = false) -> Tensor {
    Operator.meanOver(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The largest value over some dimensions.
  public func maximum(over dimensions: [Int], keeping: Bool = false) -> Tensor {
    Operator.amax(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The smallest value over some dimensions.
  public func minimum(over dimensions: [Int], keeping: Bool = false) -> Tensor {
    Operator.amin(.tensor(self), .ints(dimensions), .bool(keeping))
  }
  /// The standard deviation over some dimensions.
  ///
  /// - Parameters:
  ///   - dimensions: what is reduced.
  ///   - correction: 0 for the population, 1 for a sample.
  ///   - keeping: keeps the dimensions with size 1.
  /// - Returns: the deviations.
  public func standardDeviation(over dimensions: [Int], correction: Int, keeping: Bool = false)
    -> Tensor
  {
    Operator.std(.tensor(self), .ints(dimensions), .double(Double(correction)), .bool(keeping))
  }
  /// The index of the largest value along a dimension.
  public func argmax(_ dimension: Int) -> Tensor {
    Operator.argmax(.tensor(self), .int(dimension))
  }
  /// The Euclidean norm of all elements.
  public func norm() -> Tensor { Operator.norm(.tensor(self)) }
  /// Whether every element is true.
  public func all() -> Tensor { Operator.all(.tensor(self)) }
  /// exp(x) / Σ exp(x) along a dimension.
  public func softmax(_ dimension: Int) -> Tensor {
    Operator.softmax(.tensor(self), .int(dimension))
  }
  /// The logarithm of the softmax along a dimension.
  public func logSoftmax(_ dimension: Int) -> Tensor {
    Operator.logSoftmax(.tensor(self), .int(dimension))
  }
}

extension Operator {
  fileprivate static let sum = Operator("aten::sum")
  fileprivate static let mean = Operator("aten::mean")
  fileprivate static let sumOver = Operator("aten::sum", "dim_IntList")
  fileprivate static let meanOver = Operator("aten::mean", "dim")
  fileprivate static let amax = Operator("aten::amax")
  fileprivate static let amin = Operator("aten::amin")
  fileprivate static let std = Operator("aten::std", "correction")
  fileprivate static let argmax = Operator("aten::argmax")
  fileprivate static let norm = Operator("aten::linalg_vector_norm")
  fileprivate static let all = Operator("aten::all")
  fileprivate static let softmax = Operator("aten::softmax", "int")
  fileprivate static let logSoftmax = Operator("aten::log_softmax", "int")
}
