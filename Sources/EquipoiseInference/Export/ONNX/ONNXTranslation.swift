// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// Translates recorded calls of operators to nodes of ONNX's operator set 17.
struct ONNXTranslation {
  /// The operator set that the nodes belong to.
  static let operatorSet = 17

  /// An operator, or a use of one, without a translation.
  struct Unsupported: Error {
    /// The operator's name.
    let name: String
    /// Its place among the calls.
    let index: Int
  }

  /// The graph so far.
  var graph = ONNXGraph()

  /// Adds the calls of one recording. A second one with another number of samples tells which
  /// dimensions are free.
  ///
  /// - Throws: ``Unsupported``.
  mutating func add(_ calls: [OperatorCall], comparing others: [OperatorCall]) throws {
    for (index, call) in calls.enumerated() {
      let unsupported = Unsupported(name: call.name, index: index)
      guard index < others.count, others[index].name == call.name else { throw unsupported }
      let shapes = zip(call.results, others[index].results).map { first, second in
        first.rank == second.rank ? zip(first.shape, second.shape).map { $0 == $1 ? $0 : -1 } : []
      }
      let isComputed = call.tensors.contains { graph.isComputed($0) }
      if !isComputed {
        // Worked out already; its results become constants where something uses them.
        guard shapes.allSatisfy({ !$0.contains(-1) }) else {
          guard try repeated(call, shapes[0]) else { throw unsupported }
          continue
        }
        continue
      }
      guard try translate(call, shapes) else { throw unsupported }
    }
  }

  /// Adds a constant row that is repeated for each row of the batch, as a class token is.
  private mutating func repeated(_ call: OperatorCall, _ shape: [Int]) throws -> Bool {
    guard call.name == "aten::expand", let x = call.tensor(0), let result = call.results.first,
      shape.first == -1, !shape.dropFirst().contains(-1), x.rank == result.rank, x.size(0) == 1,
      let batch = try graph.batch(), result.size(0) % batch.size == 0
    else { return false }
    let perSample = try graph.constant([result.size(0) / batch.size])
    let rows = graph.add("Mul", [batch.name, perSample])
    let sizes = graph.add(
      "Concat", [rows, try graph.constant(Array(result.shape.dropFirst()))], [.int("axis", 0)])
    graph.add("Expand", [try graph.name(of: x), sizes], to: result)
    return true
  }

  /// Adds one call; false where there is no translation.
  private mutating func translate(_ call: OperatorCall, _ shapes: [[Int]]) throws -> Bool {
    guard let result = call.results.first, let shape = shapes.first else { return false }
    if let type = Self.unary[call.name], let x = call.tensor(0) {
      graph.add(type, [try graph.name(of: x)], to: result)
      return true
    }
    if let type = Self.binary[call.name] { return try binary(type, call, result) }
    switch call.name {
    case "aten::detach", "aten::clone", "aten::contiguous":
      guard let x = call.tensor(0) else { return false }
      try graph.alias(result, to: x)
      return true
    case "aten::to.dtype", "aten::to.device":
      guard let x = call.tensor(0) else { return false }
      if x.dtype == result.dtype {
        if !x.isSame(as: result) { try graph.alias(result, to: x) }
      } else {
        graph.add(
          "Cast", [try graph.name(of: x)], [.int("to", Int(try ONNXGraph.type(result.dtype)))],
          to: result)
      }
      return true
    case "aten::reshape", "aten::flatten.using_ints", "aten::unsqueeze", "aten::squeeze.dim":
      return try reshape(call, shape, result)
    default:
      if try layer(call, result) { return true }
      if try composite(call, shape, result) { return true }
      return try arrangement(call, shape)
    }
  }

  private static let unary = [
    "aten::relu": "Relu", "aten::sigmoid": "Sigmoid", "aten::tanh": "Tanh", "aten::exp": "Exp",
    "aten::log": "Log", "aten::sqrt": "Sqrt", "aten::abs": "Abs", "aten::neg": "Neg",
    "aten::reciprocal": "Reciprocal",
  ]

  private static let binary = [
    "aten::add.Tensor": "Add", "aten::sub.Tensor": "Sub", "aten::mul.Tensor": "Mul",
    "aten::div.Tensor": "Div", "aten::add.Scalar": "Add", "aten::mul.Scalar": "Mul",
    "aten::div.Scalar": "Div", "aten::pow.Tensor_Scalar": "Pow",
  ]

  /// ONNX wants both sides of one type.
  private mutating func binary(_ type: String, _ call: OperatorCall, _ result: Tensor) throws
    -> Bool
  {
    guard call.arguments.count == 2, let x = call.tensor(0) else { return false }
    let left = try name(of: x, as: result.dtype)
    switch call.arguments[1] {
    case .tensor(let y):
      graph.add(type, [left, try name(of: y, as: result.dtype)], to: result)
    case .double(let number):
      guard result.dtype == .float32 else { return false }
      graph.add(type, [left, try graph.constant(number)], to: result)
    default: return false
    }
    return true
  }

  private mutating func name(of tensor: Tensor, as type: DType) throws -> String {
    let name = try graph.name(of: tensor)
    return tensor.dtype == type
      ? name : graph.add("Cast", [name], [.int("to", Int(try ONNXGraph.type(type)))])
  }

  /// To a shape with at most one free dimension.
  mutating func reshape(_ call: OperatorCall, _ shape: [Int], _ result: Tensor) throws -> Bool {
    guard let x = call.tensor(0), shape.filter({ $0 == -1 }).count <= 1 else { return false }
    graph.add("Reshape", [try graph.name(of: x), try graph.constant(shape)], to: result)
    return true
  }
}

extension OperatorCall {
  /// Every tensor among the arguments.
  var tensors: [Tensor] {
    arguments.flatMap { argument -> [Tensor] in
      switch argument {
      case .tensor(let tensor): [tensor]
      case .tensors(let list): list
      case .optionalTensors(let list): list.compactMap { $0 }
      default: []
      }
    }
  }

  /// The tensor at a position.
  func tensor(_ index: Int) -> Tensor? {
    guard index < arguments.count, case .tensor(let tensor) = arguments[index] else { return nil }
    return tensor
  }

  /// The whole numbers at a position.
  func ints(_ index: Int) -> [Int]? {
    guard index < arguments.count else { return nil }
    switch arguments[index] {
    case .ints(let list): return list
    case .int(let number): return [number]
    default: return nil
    }
  }

  /// The whole number at a position.
  func int(_ index: Int) -> Int? { ints(index)?.first }

  /// The truth value at a position.
  func bool(_ index: Int) -> Bool? {
    guard index < arguments.count, case .bool(let flag) = arguments[index] else { return nil }
    return flag
  }

  /// The number at a position.
  func double(_ index: Int) -> Double? {
    guard index < arguments.count, case .double(let number) = arguments[index] else { return nil }
    return number
  }
}
