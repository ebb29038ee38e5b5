// SPDX-License-Identifier: Apache-2.0
extension Tensor {
  /// Element-wise sum, with broadcasting.
  public static func + (a: Tensor, b: Tensor) -> Tensor { Operator.add(.tensor(a), .tensor(b)) }
  /// Element-wise difference, with broadcasting.
  public static func - (a: Tensor, b: Tensor) -> Tensor { Operator.sub(.tensor(a), .tensor(b)) }
  /// Element-wise product, with broadcasting.
  public static func * (a: Tensor, b: Tensor) -> Tensor { Operator.mul(.tensor(a), .tensor(b)) }
  /// Element-wise quotient, with broadcasting.
  public static func / (a: Tensor, b: Tensor) -> Tensor { Operator.div(.tensor(a), .tensor(b)) }

  /// Element-wise sum of all `tensors`, added in their order: ((a + b) + c) + …, with broadcasting.
  ///
  /// - Precondition: there is at least one tensor.
  public static func sum(of tensors: [Tensor]) -> Tensor {
    guard let first = tensors.first else { preconditionFailure("Tensor.sum(of:): no tensors") }
    return tensors.dropFirst().reduce(first, +)
  }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Double) -> Tensor {
    Operator.addScalar(.tensor(a), .double(b))
  }
  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Double) -> Tensor { a + -b }
  /// Multiplies every element.
  public static func * (a: Tensor, b: Double) -> Tensor {
    Operator.mulScalar(.tensor(a), .double(b))
  }
  /// Multiplies every element.
  public static func * (a: Double, b: Tensor) -> Tensor { b * a }
  /// Divides every element.
  public static func / (a: Tensor, b: Double) -> Tensor {
    Operator.divScalar(.tensor(a), .double(b))
  }
  /// Subtracts every element from a number.
  public static func - (a: Double, b: Tensor) -> Tensor { -b + a }
  /// Divides a number by every element.
  public static func / (a: Double, b: Tensor) -> Tensor { Operator.reciprocal(.tensor(b)) * a }
  /// Changes every sign.
  public static prefix func - (a: Tensor) -> Tensor { Operator.neg(.tensor(a)) }

  /// Every element to a power.
  public func power(_ exponent: Double) -> Tensor {
    Operator.pow(.tensor(self), .double(exponent))
  }
  /// e to every element.
  public func exp() -> Tensor { Operator.exp(.tensor(self)) }
  /// The natural logarithm of every element.
  public func log() -> Tensor { Operator.log(.tensor(self)) }
  /// The square root of every element.
  public func squareRoot() -> Tensor { Operator.sqrt(.tensor(self)) }
  /// The magnitude of every element.
  public func magnitude() -> Tensor { Operator.abs(.tensor(self)) }
  /// The hyperbolic tangent of every element.
  public func tanh() -> Tensor { Operator.tanh(.tensor(self)) }
  /// 1 / (1 + e⁻ˣ) of every element.
  public func sigmoid() -> Tensor { Operator.sigmoid(.tensor(self)) }
  /// max(x, 0) of every element.
  public func relu() -> Tensor { Operator.relu(.tensor(self)) }
  /// x Φ(x) of every element, exactly.
  public func gelu() -> Tensor { Operator.gelu(.tensor(self)) }
  /// Every element, but not below `low` nor above `high`.
  public func clamped(low: Double? = nil, high: Double? = nil) -> Tensor {
    Operator.clamp(
      .tensor(self), low.map { .double($0) } ?? .none, high.map { .double($0) } ?? .none)
  }
  /// Whether each element is neither infinite nor NaN.
  public func isFinite() -> Tensor { Operator.isfinite(.tensor(self)) }
  /// Whether elements are equal, with broadcasting.
  public func equal(_ other: Tensor) -> Tensor { Operator.eq(.tensor(self), .tensor(other)) }
  /// Whether elements are greater than a number.
  public func greater(than number: Double) -> Tensor {
    Operator.gt(.tensor(self), .double(number))
  }
  /// Whether elements are greater than those of another tensor, with broadcasting.
  public func greater(than other: Tensor) -> Tensor {
    Operator.gtTensor(.tensor(self), .tensor(other))
  }
  /// Every whole number divided by another, rounded down.
  public func floorDivided(by number: Int) -> Tensor {
    Operator.divScalarMode(.tensor(self), .int(number), .string("floor"))
  }
  /// Every whole number, but not below `lowest`.
  public func clamped(toAtLeast lowest: Int) -> Tensor {
    Operator.clamp(.tensor(self), .int(lowest), .none)
  }
  /// `self` where `condition` holds, else `other`.
  public func selected(where condition: Tensor, else other: Tensor) -> Tensor {
    Operator.whereSelf(.tensor(condition), .tensor(self), .tensor(other))
  }
}

extension Operator {
  fileprivate static let add = Operator("aten::add", "Tensor")
  fileprivate static let sub = Operator("aten::sub", "Tensor")
  fileprivate static let mul = Operator("aten::mul", "Tensor")
  fileprivate static let div = Operator("aten::div", "Tensor")
  fileprivate static let addScalar = Operator("aten::add", "Scalar")
  fileprivate static let mulScalar = Operator("aten::mul", "Scalar")
  fileprivate static let divScalar = Operator("aten::div", "Scalar")
  fileprivate static let reciprocal = Operator("aten::reciprocal")
  fileprivate static let neg = Operator("aten::neg")
  fileprivate static let pow = Operator("aten::pow", "Tensor_Scalar")
  fileprivate static let exp = Operator("aten::exp")
  fileprivate static let log = Operator("aten::log")
  fileprivate static let sqrt = Operator("aten::sqrt")
  fileprivate static let abs = Operator("aten::abs")
  fileprivate static let tanh = Operator("aten::tanh")
  fileprivate static let sigmoid = Operator("aten::sigmoid")
  fileprivate static let relu = Operator("aten::relu")
  fileprivate static let gelu = Operator("aten::gelu")
  fileprivate static let clamp = Operator("aten::clamp")
  fileprivate static let isfinite = Operator("aten::isfinite")
  fileprivate static let eq = Operator("aten::eq", "Tensor")
  fileprivate static let gt = Operator("aten::gt", "Scalar")
  fileprivate static let gtTensor = Operator("aten::gt", "Tensor")
  fileprivate static let divScalarMode = Operator("aten::div", "Scalar_mode")
  fileprivate static let whereSelf = Operator("aten::where", "self")
}
