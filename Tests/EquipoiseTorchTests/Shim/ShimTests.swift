// SPDX-License-Identifier: Apache-2.0
import CEquipoiseTorch
import Testing
import EquipoiseTorch

/// The C interface itself: what it refuses comes back as a status with a reason.
struct ShimTests {
  private let undefined = CTTensor(impl: nil)

  private func reason() -> String { String(cString: ct_last_error()) }

  private func tensor(_ values: [Float]) -> CTTensor {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
    memory.initialize(from: values, count: values.count)
    var raw = CTTensor()
    let status = ct_tensor_over(
      memory, [Int64(values.count)], 1, DType.float32.rawValue, { $0?.deallocate() }, memory, &raw)
    #expect(status == 0)
    return raw
  }

  /// Static, because operators live as long as the process.
  nonisolated(unsafe) private static let relu = op("aten::relu")
  nonisolated(unsafe) private static let add = op("aten::add", "Tensor")
  nonisolated(unsafe) private static let unbind = op("aten::unbind", "int")
  nonisolated(unsafe) private static let item = op("aten::item")

  private static func op(_ name: String, _ overload: String = "") -> CTOperator {
    var raw = CTOperator()
    #expect(ct_operator(name, overload, &raw) == 0)
    return raw
  }

  private func call(
    _ op: CTOperator, _ values: [CTValue], tensors: [CTTensor] = [], capacity: Int = 4
  ) -> (status: CTStatus, outputs: [CTTensor]) {
    var outputs = [CTTensor](repeating: CTTensor(), count: capacity)
    var count: Int32 = 0
    let status = tensors.withUnsafeBufferPointer { pool in
      ct_call(
        op, values, Int32(values.count),
        CTPools(integers: nil, reals: nil, tensors: pool.baseAddress), &outputs, Int32(capacity),
        &count)
    }
    return (status, Array(outputs.prefix(Int(count))))
  }

  private func value(_ tensor: CTTensor) -> CTValue {
    CTValue(
      tag: Int32(CTValueTensor.rawValue), count: 0, integer: 0, real: 0, pointer: tensor.impl)
  }

  private func value(_ integer: Int64, tag: UInt32 = CTValueInt.rawValue) -> CTValue {
    CTValue(tag: Int32(tag), count: 0, integer: integer, real: 0, pointer: nil)
  }

  @Test func unknownOperators() {
    var raw = CTOperator()
    #expect(ct_operator("aten::no_such_thing", "", &raw) == 1)
    #expect(reason().contains("aten::no_such_thing"))
    #expect(ct_operator("aten::add", "NoSuchOverload", &raw) == 1)
    #expect(raw.impl == nil)
  }

  @Test func wrongArguments() {
    let (x, relu) = (tensor([1, -2]), Self.relu)
    defer { ct_tensor_free(x) }
    #expect(call(relu, []).status == 1)
    #expect(reason().contains("self"), "\(reason())")
    #expect(call(relu, [value(3)]).status == 1)
    #expect(call(relu, [value(x), value(x)]).status == 1)
    #expect(reason().contains("2 arguments"), "\(reason())")
    #expect(call(relu, [value(x, tag: 99)]).status == 1)
    #expect(reason().contains("unknown argument tag 99"), "\(reason())")
    #expect(call(relu, [value(undefined)]).status == 1)
    #expect(call(Self.add, [value(x), value(undefined)]).status == 1)
    #expect(call(CTOperator(impl: nil), [value(x)]).status == 1)
  }

  private func value(_ tensor: CTTensor, tag: UInt32) -> CTValue {
    CTValue(tag: Int32(tag), count: 0, integer: 0, real: 0, pointer: tensor.impl)
  }

  @Test func tooLittleRoomForResults() {
    let (x, unbind) = (tensor([1, 2, 3]), Self.unbind)
    defer { ct_tensor_free(x) }
    #expect(call(unbind, [value(x)], capacity: 2).status == 1)
    #expect(reason().contains("3 results where at most 2"))
    let (status, outputs) = call(unbind, [value(x)], capacity: 3)
    #expect(status == 0 && outputs.count == 3)
    for output in outputs { ct_tensor_free(output) }
  }

  @Test func resultsThatAreNoTensors() {
    let x = tensor([1])
    defer { ct_tensor_free(x) }
    #expect(call(Self.item, [value(x)]).status == 1)
    #expect(reason().contains("a result of type"))
  }

  @Test func undefinedTensors() {
    var out = CTTensor()
    var data: UnsafeMutableRawPointer?
    #expect(ct_tensor_data(undefined, &data) == 1)
    #expect(ct_tensor_grad(undefined, &out) == 1)
    #expect(ct_tensor_set_requires_grad(undefined, true) == 1)
    let x = tensor([1])
    defer { ct_tensor_free(x) }
    #expect(ct_tensor_set_grad(undefined, x) == 1)
    var root = undefined
    #expect(ct_backward(&root, 1, nil, false) == 1)
    var input = x
    #expect(ct_gradients(&root, 1, &input, 1, nil, false, false, true, &out) == 1)
    ct_tensor_free(undefined)
    #expect(!ct_tensor_is_same(undefined, x))
  }

  @Test func gradientsThatCannotBe() {
    var (x, out) = (tensor([1, 2]), CTTensor())
    defer { ct_tensor_free(x) }
    // Nothing was recorded.
    #expect(ct_backward(&x, 1, nil, false) == 1)
    #expect(reason().contains("does not require grad"))
    #expect(ct_gradients(&x, 1, &x, 1, nil, false, false, false, &out) == 1)
    // No seed for a vector.
    #expect(ct_tensor_set_requires_grad(x, true) == 0)
    let (_, outputs) = call(Self.relu, [value(x)])
    var y = outputs[0]
    defer { ct_tensor_free(y) }
    #expect(ct_gradients(&y, 1, &x, 1, nil, false, false, true, &out) == 1)
    #expect(reason().contains("scalar outputs"))
    // A gradient of another shape.
    let other = tensor([1, 2, 3])
    defer { ct_tensor_free(other) }
    #expect(ct_tensor_set_grad(x, other) == 1)
  }

  @Test func integersHaveNoGradient() {
    var (raw, number) = (CTTensor(), Int64(1))
    #expect(
      ct_tensor_over(&number, nil, 0, DType.int64.rawValue, { _ in }, nil, &raw) == 0)
    defer { ct_tensor_free(raw) }
    #expect(ct_tensor_set_requires_grad(raw, true) == 1)
    #expect(reason().contains("floating point"))
  }

  @Test("memory is released once", arguments: [[Int64(2)], [-1]], [DType.float32.rawValue, 99])
  func release(_ shape: [Int64], _ dtype: Int32) {
    let released = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    released.initialize(to: 0)
    defer { released.deallocate() }
    var (raw, numbers) = (CTTensor(), [Float(1), 2])
    let status = ct_tensor_over(
      &numbers, shape, 1, dtype, { $0?.assumingMemoryBound(to: Int.self).pointee += 1 }, released,
      &raw)
    #expect((status == 0) == (shape == [2] && dtype != 99))
    #expect(released.pointee == (status == 0 ? 0 : 1))
    ct_tensor_free(raw)
    #expect(released.pointee == 1)
  }

  @Test func generators() {
    var (generator, state) = (CTGenerator(), CTTensor())
    #expect(ct_generator_create(CTDevice(type: 99, index: 0), 1, &generator) == 1)
    if Device.count(of: .cuda) == 0 {
      #expect(ct_generator_create(CTDevice(type: 1, index: 0), 1, &generator) == 1)
    }
    #expect(ct_generator_state(generator, &state) == 1)
    #expect(ct_generator_set_state(generator, state) == 1)
    #expect(ct_generator_create(CTDevice(type: 0, index: -1), 1, &generator) == 0)
    defer { ct_generator_free(generator) }
    #expect(ct_generator_set_state(generator, undefined) == 1)
    let x = tensor([1])
    defer { ct_tensor_free(x) }
    #expect(ct_generator_set_state(generator, x) == 1)
  }

  @Test func devices() {
    #expect(ct_device_count(0) == 1)
    for type: Int32 in [-1, 99, 1000] {
      #expect(ct_device_count(type) == 0)
      #expect(!ct_has_device(type))
      #expect(ct_synchronize(CTDevice(type: type, index: 0)) == 1)
    }
    #expect(ct_load_library("/no/such/library.so") == 1)
    #expect(reason().contains("/no/such/library.so"))
  }

  @Test func autocast() {
    var before: Int32 = 0
    #expect(ct_autocast_begin(99, DType.bfloat16.rawValue, &before) == 1)
    #expect(ct_autocast_begin(0, 99, &before) == 1)
    #expect(ct_autocast_end(99, -1) == 1)
  }
}
