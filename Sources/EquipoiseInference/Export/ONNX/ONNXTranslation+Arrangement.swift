// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

extension ONNXTranslation {
  /// Operators that only move numbers; false for anything else.
  mutating func arrangement(_ call: OperatorCall, _ shape: [Int]) throws -> Bool {
    let result = call.results[0]
    if case .tensors(let parts)? = call.arguments.first {
      guard let axis = call.int(1) else { return false }
      var names = try parts.map { try graph.name(of: $0) }
      switch call.name {
      case "aten::cat": break
      case "aten::stack":
        let position = try graph.constant([axis])
        names = names.map { graph.add("Unsqueeze", [$0, position]) }
      default: return false
      }
      graph.add("Concat", names, [.int("axis", axis)], to: result)
      return true
    }
    guard let x = call.tensor(0) else { return false }
    let name = try graph.name(of: x)
    switch call.name {
    case "aten::permute":
      guard let order = call.ints(1) else { return false }
      graph.add(
        "Transpose", [name], [.ints("perm", order.map { $0 < 0 ? $0 + x.rank : $0 })], to: result)
    case "aten::transpose.int":
      guard let a = call.int(1), let b = call.int(2) else { return false }
      graph.add("Transpose", [name], [.ints("perm", Self.exchanging(a, b, x.rank))], to: result)
    case "aten::split_with_sizes":
      guard let sizes = call.ints(1), let axis = call.int(2) else { return false }
      graph.add(
        "Split", [name, try graph.constant(sizes)], [.int("axis", axis)], to: call.results)
    case "aten::unbind.int":
      guard let axis = call.int(1) else { return false }
      for (index, part) in call.results.enumerated() {
        try select(index, axis, of: name, to: part)
      }
    case "aten::select.int":
      guard let axis = call.int(1), let index = call.int(2) else { return false }
      try select(index, axis, of: name, to: result)
    case "aten::narrow":
      guard let axis = call.int(1), let start = call.int(2), let length = call.int(3), axis != 0
      else { return false }
      let bounds = try [[start], [start + length], [axis]].map { try graph.constant($0) }
      graph.add("Slice", [name] + bounds, to: result)
    default: return false
    }
    return true
  }

  private mutating func select(
    _ index: Int, _ axis: Int, of name: String, to result: Tensor
  ) throws {
    let position = try graph.constant(Tensor([index], shape: []))
    graph.add("Gather", [name, position], [.int("axis", axis)], to: result)
  }

  /// The order of dimensions with two exchanged.
  static func exchanging(_ a: Int, _ b: Int, _ rank: Int) -> [Int] {
    var order = Array(0..<rank)
    order.swapAt(a < 0 ? a + rank : a, b < 0 ? b + rank : b)
    return order
  }
}
