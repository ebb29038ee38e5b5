// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

extension ONNXTranslation {
  /// Reductions, and operators that take several nodes; false for anything else.
  mutating func composite(
    _ call: OperatorCall, _ shape: [Int], _ result: Tensor
  ) throws -> Bool {
    guard let x = call.tensor(0) else { return false }
    switch call.name {
    case "aten::mean.dim", "aten::amax":
      guard let axes = call.ints(1), let keeping = call.bool(2) else { return false }
      graph.add(
        call.name == "aten::amax" ? "ReduceMax" : "ReduceMean", [try graph.name(of: x)],
        [.ints("axes", axes), .int("keepdims", keeping ? 1 : 0)], to: result)
    case "aten::sum.dim_IntList":
      guard let axes = call.ints(1), let keeping = call.bool(2) else { return false }
      graph.add(
        "ReduceSum", [try graph.name(of: x), try graph.constant(axes)],
        [.int("keepdims", keeping ? 1 : 0)], to: result)
    case "aten::scaled_dot_product_attention":
      guard call.arguments.count <= 4, let key = call.tensor(1), let value = call.tensor(2) else {
        return false
      }
      try attention(x, key, value, call.tensor(3), to: result)
    case "aten::where.self":
      guard let first = call.tensor(1), let second = call.tensor(2) else { return false }
      graph.add("Where", try [x, first, second].map { try graph.name(of: $0) }, to: result)
    case "aten::gt.Tensor":
      guard let other = call.tensor(1) else { return false }
      graph.add("Greater", try [x, other].map { try graph.name(of: $0) }, to: result)
    case "aten::gt.Scalar":
      guard x.dtype == .float32, let number = call.double(1) else { return false }
      graph.add(
        "Greater", [try graph.name(of: x), try graph.constant(number)], to: result)
    case "aten::div.Scalar_mode":
      // Of whole numbers that are not negative, as lengths are, ONNX's division rounds down.
      guard x.dtype == .int64, let divisor = call.int(1) else { return false }
      let number = try graph.constant(Tensor([divisor], shape: []))
      graph.add("Div", [try graph.name(of: x), number], to: result)
    case "aten::expand":
      return try expand(x, shape, result)
    case "aten::gelu":
      // x · ½ (1 + erf(x / √2))
      let name = try graph.name(of: x)
      let scaled = graph.add("Mul", [name, try graph.constant(0.5.squareRoot())])
      let share = graph.add("Add", [graph.add("Erf", [scaled]), try graph.constant(1)])
      graph.add("Mul", [name, graph.add("Mul", [share, try graph.constant(0.5)])], to: result)
    case "aten::clamp" where x.dtype == .int64:
      guard let low = call.int(1), call.int(2) == nil else { return false }
      graph.add(
        "Max", [try graph.name(of: x), try graph.constant(Tensor([low], shape: []))], to: result)
    case "aten::clamp":
      let bounds = try [1, 2].map { try call.double($0).map { try graph.constant($0) } ?? "" }
      graph.add("Clip", [try graph.name(of: x)] + bounds, to: result)
    case "aten::zeros_like":
      graph.add("Mul", [try graph.name(of: x), try graph.constant(0)], to: result)
    case "aten::repeat_interleave.self_int":
      return try repeating(call, x, shape, result)
    default: return false
    }
    return true
  }

  /// Dimensions of one become those of the result; others, the free one among them, stay.
  private mutating func expand(_ x: Tensor, _ shape: [Int], _ result: Tensor) throws -> Bool {
    guard x.rank == result.rank else { return false }
    let sizes = zip(x.shape, result.shape).map { $0 == $1 ? 1 : $1 }
    guard zip(sizes, shape).allSatisfy({ $0 == 1 || $0 == $1 }) else { return false }
    graph.add("Expand", [try graph.name(of: x), try graph.constant(sizes)], to: result)
    return true
  }

  /// softmax(Q Kᵀ / √d + M) V, where M may be given.
  private mutating func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ keys: Tensor?, to result: Tensor
  ) throws {
    let order = Self.exchanging(-2, -1, key.rank)
    let transposed = graph.add("Transpose", [try graph.name(of: key)], [.ints("perm", order)])
    let products = graph.add("MatMul", [try graph.name(of: query), transposed])
    let scale = try graph.constant(1 / Double(query.size(-1)).squareRoot())
    var scores = graph.add("Mul", [products, scale])
    if let keys {
      scores = graph.add("Add", [scores, try graph.name(of: keys)])
    }
    let weights = graph.add("Softmax", [scores], [.int("axis", -1)])
    graph.add("MatMul", [weights, try graph.name(of: value)], to: result)
  }

  /// A new dimension behind the one that is repeated, tiled and folded into it.
  private mutating func repeating(
    _ call: OperatorCall, _ x: Tensor, _ shape: [Int], _ result: Tensor
  ) throws -> Bool {
    guard let times = call.int(1), let axis = call.int(2), axis >= 0,
      shape.filter({ $0 == -1 }).count <= 1
    else { return false }
    let wider = graph.add("Unsqueeze", [try graph.name(of: x), try graph.constant([axis + 1])])
    var repeats = [Int](repeating: 1, count: x.rank + 1)
    repeats[axis + 1] = times
    let tiled = graph.add("Tile", [wider, try graph.constant(repeats)])
    graph.add("Reshape", [tiled, try graph.constant(shape)], to: result)
    return true
  }
}
