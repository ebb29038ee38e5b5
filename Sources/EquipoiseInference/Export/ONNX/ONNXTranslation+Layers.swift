// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

extension ONNXTranslation {
  /// Layers that ONNX has too; false for anything else.
  mutating func layer(_ call: OperatorCall, _ result: Tensor) throws -> Bool {
    guard let x = call.tensor(0) else { return false }
    switch call.name {
    case "aten::linear": return try linear(call, x, result)
    case "aten::conv2d", "aten::conv1d": return try convolution(call, x, result)
    case "aten::max_pool2d", "aten::max_pool1d", "aten::avg_pool2d":
      return try pool(call, x, result)
    case "aten::batch_norm": return try batchNorm(call, x, result)
    case "aten::layer_norm": return try layerNorm(call, x, result)
    case "aten::embedding":
      guard let indices = call.tensor(1) else { return false }
      let names = [try graph.name(of: x), try graph.name(of: indices)]
      graph.add("Gather", names, [.int("axis", 0)], to: result)
      return true
    case "aten::matmul":
      guard let y = call.tensor(1) else { return false }
      graph.add("MatMul", [try graph.name(of: x), try graph.name(of: y)], to: result)
      return true
    case "aten::softmax.int", "aten::log_softmax.int":
      guard let axis = call.int(1) else { return false }
      let type = call.name == "aten::softmax.int" ? "Softmax" : "LogSoftmax"
      graph.add(type, [try graph.name(of: x)], [.int("axis", axis)], to: result)
      return true
    default: return false
    }
  }

  private mutating func linear(_ call: OperatorCall, _ x: Tensor, _ result: Tensor) throws -> Bool {
    guard let weight = call.tensor(1) else { return false }
    let names = [try graph.name(of: x), try graph.name(of: weight)]
    let bias = try call.tensor(2).map { try graph.name(of: $0) }
    if x.rank == 2 {
      graph.add("Gemm", names + (bias.map { [$0] } ?? []), [.int("transB", 1)], to: result)
      return true
    }
    let transposed = graph.add("Transpose", [names[1]], [.ints("perm", [1, 0])])
    guard let bias else {
      graph.add("MatMul", [names[0], transposed], to: result)
      return true
    }
    graph.add("Add", [graph.add("MatMul", [names[0], transposed]), bias], to: result)
    return true
  }

  private mutating func convolution(
    _ call: OperatorCall, _ x: Tensor, _ result: Tensor
  ) throws -> Bool {
    guard let weight = call.tensor(1), let strides = call.ints(3), let padding = call.ints(4),
      let dilations = call.ints(5), let groups = call.int(6)
    else { return false }
    let inputs = try [x, weight].map { try graph.name(of: $0) }
    let bias = try call.tensor(2).map { [try graph.name(of: $0)] } ?? []
    graph.add(
      "Conv", inputs + bias,
      [
        .ints("kernel_shape", Array(weight.shape.dropFirst(2))), .ints("strides", strides),
        .ints("pads", padding + padding), .ints("dilations", dilations), .int("group", groups),
      ], to: result)
    return true
  }

  private mutating func pool(_ call: OperatorCall, _ x: Tensor, _ result: Tensor) throws -> Bool {
    guard let kernel = call.ints(1), let strides = call.ints(2), let padding = call.ints(3) else {
      return false
    }
    let isMean = call.name == "aten::avg_pool2d"
    graph.add(
      isMean ? "AveragePool" : "MaxPool", [try graph.name(of: x)],
      [.ints("kernel_shape", kernel), .ints("strides", strides), .ints("pads", padding + padding)]
        + (isMean ? [.int("count_include_pad", 1)] : []), to: result)
    return true
  }

  /// With running statistics.
  private mutating func batchNorm(
    _ call: OperatorCall, _ x: Tensor, _ result: Tensor
  ) throws -> Bool {
    guard let epsilon = call.double(7), call.bool(5) == false,
      call.tensors.count == 5
    else { return false }
    let names = try call.tensors.map { try graph.name(of: $0) }
    graph.add("BatchNormalization", names, [.float("epsilon", epsilon)], to: result)
    return true
  }

  private mutating func layerNorm(
    _ call: OperatorCall, _ x: Tensor, _ result: Tensor
  ) throws -> Bool {
    guard let shape = call.ints(1), let weight = call.tensor(2), let bias = call.tensor(3),
      let epsilon = call.double(4)
    else { return false }
    let names = try [x, weight, bias].map { try graph.name(of: $0) }
    graph.add(
      "LayerNormalization", names, [.int("axis", -shape.count), .float("epsilon", epsilon)],
      to: result)
    return true
  }
}
