// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// One argument of an operator.
package enum Value {
  case none
  case tensor(Tensor)
  case int(Int)
  case double(Double)
  case bool(Bool)
  case ints([Int])
  case bools([Bool])
  case doubles([Double])
  case tensors([Tensor])
  case optionalTensors([Tensor?])
  case generator(Generator)
  case device(Device)
  case dtype(DType)
  case string(StaticString)

  static func optional(_ tensor: Tensor?) -> Value { tensor.map { .tensor($0) } ?? .none }
  static func optional(_ dtype: DType?) -> Value { dtype.map { .dtype($0) } ?? .none }
  static func optional(_ list: [Int]?) -> Value { list.map { .ints($0) } ?? .none }
}

/// An ATen operator, looked up once by name and overload.
struct Operator: @unchecked Sendable {
  // Sendable: the pointee is never changed or freed.
  private let raw: CTOperator
  private let name: StaticString
  private let overload: StaticString

  init(_ name: StaticString, _ overload: StaticString = "") {
    var raw = CTOperator()
    let status = ct_operator(cString(name), cString(overload), &raw)
    check(status, "operator \(name).\(overload)")
    self.raw = raw
    self.name = name
    self.overload = overload
  }

  /// The only result.
  func callAsFunction(_ values: Value...) -> Tensor {
    let results = call(values, capacity: 1)
    guard let first = results.first else { preconditionFailure("\(name) has no result") }
    return first
  }

  /// All results, at most `capacity`.
  func results(_ capacity: Int, _ values: Value...) -> [Tensor] { call(values, capacity: capacity) }

  /// Runs an operator that works in place; results that alias its arguments are let go.
  func run(_ values: Value...) { _ = call(values, capacity: 4) }

  private func call(_ values: [Value], capacity: Int) -> [Tensor] {
    var packed = PackedArguments(capacity: values.count)
    for value in values { packed.append(value) }
    return withUnsafeTemporaryAllocation(of: CTTensor.self, capacity: capacity) { outputs in
      var count: Int32 = 0
      let status = packed.withPools { values, pools in
        ct_call(
          raw, values.baseAddress, Int32(values.count), pools, outputs.baseAddress,
          Int32(capacity), &count)
      }
      check(status, failureName(values))
      let results = (0..<Int(count)).map { Tensor(owning: outputs[$0]) }
      OperatorTrace.add {
        OperatorCall(
          name: overload.utf8CodeUnitCount == 0 ? "\(name)" : "\(name).\(overload)",
          arguments: values, results: results)
      }
      return results
    }
  }

  private func failureName(_ values: [Value]) -> String {
    let shapes = values.compactMap { value -> String? in
      if case .tensor(let tensor) = value { return "\(tensor.dtype)\(tensor.shape)" }
      return nil
    }
    return "\(name)(\(shapes.joined(separator: ", ")))"
  }
}

func cString(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Arguments in the C interface's form. Holds the lists; the values refer to them by offset.
private struct PackedArguments {
  private var values: [CTValue] = []
  private var integers: [Int64] = []
  private var reals: [Double] = []
  private var tensors: [CTTensor] = []

  init(capacity: Int) { values.reserveCapacity(capacity) }

  mutating func append(_ value: Value) {
    switch value {
    case .none: add(CTValueNone)
    case .tensor(let tensor): add(CTValueTensor, pointer: tensor.raw.impl)
    case .int(let number): add(CTValueInt, integer: number)
    case .double(let number): add(CTValueDouble, real: number)
    case .bool(let flag): add(CTValueBool, integer: flag ? 1 : 0)
    case .dtype(let dtype): add(CTValueInt, integer: Int(dtype.rawValue))
    case .device(let device):
      let handle = device.handle
      add(CTValueDevice, integer: Int(handle.index), count: Int(handle.type))
    case .generator(let generator): add(CTValueGenerator, pointer: generator.raw.impl)
    case .string(let text): add(CTValueString, pointer: cString(text))
    case .ints(let list): integers.append(CTValueInts, list.map(Int64.init), to: &values)
    case .bools(let list): integers.append(CTValueBools, list.map { $0 ? 1 : 0 }, to: &values)
    case .doubles(let list): reals.append(CTValueDoubles, list, to: &values)
    case .tensors(let list): tensors.append(CTValueTensors, list.map(\.raw), to: &values)
    case .optionalTensors(let list):
      tensors.append(CTValueOptionalTensors, list.map { $0?.raw ?? CTTensor() }, to: &values)
    }
  }

  private mutating func add(
    _ tag: CTValueTag, integer: Int = 0, count: Int = 0, real: Double = 0,
    pointer: UnsafeRawPointer? = nil
  ) {
    values.append(
      CTValue(
        tag: Int32(tag.rawValue), count: Int32(count), integer: Int64(integer), real: real,
        pointer: pointer))
  }

  func withPools<R>(_ body: (UnsafeBufferPointer<CTValue>, CTPools) -> R) -> R {
    values.withUnsafeBufferPointer { values in
      integers.withUnsafeBufferPointer { integers in
        reals.withUnsafeBufferPointer { reals in
          tensors.withUnsafeBufferPointer { tensors in
            body(
              values,
              CTPools(
                integers: integers.baseAddress, reals: reals.baseAddress,
                tensors: tensors.baseAddress))
          }
        }
      }
    }
  }
}

extension Array {
  /// Appends a list to this pool and a value that points at it.
  fileprivate mutating func append(
    _ tag: CTValueTag, _ list: [Element], to values: inout [CTValue]
  ) {
    values.append(
      CTValue(
        tag: Int32(tag.rawValue), count: Int32(list.count), integer: Int64(count), real: 0,
        pointer: nil))
    append(contentsOf: list)
  }
}
