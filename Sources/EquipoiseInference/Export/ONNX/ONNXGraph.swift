// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
import EquipoiseMessages
import EquipoiseTorch

/// An ONNX graph under construction: nodes, and under which name each tensor of a recording is known.
struct ONNXGraph {
  /// The graph so far.
  private(set) var message = Onnx_GraphProto()
  private var names: [UInt: String] = [:]
  private var count = 0

  /// Whether a tensor depends on the inputs.
  func isComputed(_ tensor: Tensor) -> Bool {
    names[tensor.identity].map { !constants.contains($0) } ?? false
  }

  private var constants: Set<String> = []

  /// Makes a tensor the input `name`; the first dimension is free.
  mutating func addInput(_ tensor: Tensor, _ name: String) throws {
    names[tensor.identity] = name
    message.input.append(try description(of: tensor, name))
    samples = samples ?? tensor.size(0)
  }

  /// The number of samples of the recording, and the name of that number, [1], when the graph runs; nil without inputs.
  mutating func batch() throws -> (size: Int, name: String)? {
    guard let samples, let input = message.input.first?.name else { return nil }
    if batchName == nil {
      let shape = add("Shape", [input])
      batchName = add("Gather", [shape, try constant([0])], [.int("axis", 0)])
    }
    return batchName.map { (samples, $0) }
  }

  private var samples: Int?
  private var batchName: String?

  /// Makes what computes a tensor the output `name`; the first dimension is free.
  mutating func addOutput(_ tensor: Tensor, _ name: String) throws {
    let node = Self.node("Identity", [try self.name(of: tensor)], [name], [])
    message.node.append(node)
    message.output.append(try description(of: tensor, name))
  }

  /// The name of a tensor; one that nothing computes becomes a constant.
  mutating func name(of tensor: Tensor) throws -> String {
    if let name = names[tensor.identity] { return name }
    let name = try constant(tensor)
    names[tensor.identity] = name
    return name
  }

  /// Lets a result go by the name of what it equals.
  mutating func alias(_ result: Tensor, to source: Tensor) throws {
    names[result.identity] = try name(of: source)
  }

  /// Adds a node whose only output is `result`.
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [], to result: Tensor
  ) {
    names[result.identity] = add(type, inputs, attributes)
  }

  /// Adds a node with some outputs.
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [],
    to results: [Tensor]
  ) {
    let outputs = results.map { _ in newName() }
    message.node.append(Self.node(type, inputs, outputs, attributes))
    for (tensor, name) in zip(results, outputs) { names[tensor.identity] = name }
  }

  /// Adds a node with one output and returns its name.
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    let name = newName()
    message.node.append(Self.node(type, inputs, [name], attributes))
    return name
  }

  /// A constant vector of whole numbers.
  mutating func constant(_ numbers: [Int]) throws -> String {
    try constant(Tensor(numbers, shape: [numbers.count]))
  }

  /// A constant number.
  mutating func constant(_ number: Double) throws -> String {
    try constant(Tensor([Float(number)], shape: []))
  }

  /// A constant that no recording knows.
  mutating func constant(_ tensor: Tensor) throws -> String {
    var constant = Onnx_TensorProto()
    constant.name = newName()
    constant.dims = tensor.shape.map(Int64.init)
    constant.dataType = try Self.type(tensor.dtype)
    constant.rawData = tensor.withUnsafeBytes { Data($0) }
    message.initializer.append(constant)
    constants.insert(constant.name)
    return constant.name
  }

  private mutating func newName() -> String {
    count += 1
    return "t\(count)"
  }

  private static func node(
    _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: [Onnx_AttributeProto]
  ) -> Onnx_NodeProto {
    var node = Onnx_NodeProto()
    (node.opType, node.input, node.output, node.attribute) = (type, inputs, outputs, attributes)
    return node
  }

  private func description(of tensor: Tensor, _ name: String) throws -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = try Self.type(tensor.dtype)
    info.type.tensorType.shape.dim = tensor.shape.enumerated().map { index, size in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if index == 0 { dimension.dimParam = "batch" } else { dimension.dimValue = Int64(size) }
      return dimension
    }
    return info
  }

  /// ONNX's number of a type.
  static func type(_ type: DType) throws -> Int32 {
    switch type {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .uint16: 4
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .bfloat16: 16
    }
  }
}

extension Onnx_AttributeProto {
  /// A whole number.
  static func int(_ name: String, _ value: Int) -> Self {
    var attribute = Self()
    (attribute.name, attribute.type, attribute.i) = (name, .int, Int64(value))
    return attribute
  }

  /// Whole numbers.
  static func ints(_ name: String, _ values: [Int]) -> Self {
    var attribute = Self()
    (attribute.name, attribute.type, attribute.ints) = (name, .ints, values.map(Int64.init))
    return attribute
  }

  /// A number.
  static func float(_ name: String, _ value: Double) -> Self {
    var attribute = Self()
    (attribute.name, attribute.type, attribute.f) = (name, .float, Float(value))
    return attribute
  }
}
