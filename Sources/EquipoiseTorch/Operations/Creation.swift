// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch
public import EquipoiseFormats

extension Tensor {
  /// A tensor of numbers from Swift, row by row.
  public init<Scalar: TensorScalar>(_ values: [Scalar], shape: [Int]? = nil) {
    let shape = shape ?? [values.count]
    precondition(shape.reduce(1, *) == values.count, "\(values.count) numbers for shape \(shape)")
    let memory = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: max(1, values.count))
    _ = memory.initialize(from: values)
    self.init(adopting: UnsafeMutableRawPointer(memory.baseAddress), shape, Scalar.dtype)
  }

  /// A tensor of rank 0.
  public init<Scalar: TensorScalar>(_ value: Scalar) { self.init([value], shape: []) }

  /// A tensor that takes over `memory`, which came from Swift's allocator.
  package init(adopting memory: UnsafeMutableRawPointer?, _ shape: [Int], _ dtype: DType) {
    var raw = CTTensor()
    let status = ct_tensor_over(
      memory, shape.map(Int64.init), Int32(shape.count), dtype.rawValue,
      { $0?.deallocate() }, memory, &raw)
    check(status, "tensor \(dtype)\(shape)")
    self.init(owning: raw)
  }

  /// A tensor over an array of the host. A memory-mapped array is not copied and stays mapped as
  /// long as the tensor lives; such a tensor must not be written to.
  public init(_ array: HostArray) {
    // A file may put numbers where the processor's kernels do not expect them.
    guard array.isAligned else {
      self = Tensor(copying: array)
      return
    }
    let owner = Unmanaged.passRetained(ArrayOwner(array)).toOpaque()
    var raw = CTTensor()
    let status = array.withUnsafeBytes { bytes in
      ct_tensor_over(
        UnsafeMutableRawPointer(mutating: bytes.baseAddress), array.shape.map(Int64.init),
        Int32(array.shape.count), DType(array.type).rawValue,
        { if let owner = $0 { Unmanaged<ArrayOwner>.fromOpaque(owner).release() } }, owner, &raw)
    }
    check(status, "tensor over an array of shape \(array.shape)")
    self.init(owning: raw)
  }

  private init(copying array: HostArray) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, array.byteCount), alignment: 16)
    array.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress {
        memory.copyMemory(from: start, byteCount: bytes.count)
      }
    }
    self.init(adopting: memory, array.shape, DType(array.type))
  }

  /// Zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu)
    -> Tensor
  {
    full(shape, 0, dtype: dtype, device: device)
  }

  /// Ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu)
    -> Tensor
  {
    full(shape, 1, dtype: dtype, device: device)
  }

  /// One number everywhere.
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    Operator.full(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
  }

  /// The integers from 0 below `count`.
  public static func range(_ count: Int, dtype: DType = .int64, device: Device = .cpu) -> Tensor {
    Operator.arange(.int(count), .dtype(dtype), .none, .device(device))
  }

  /// The identity matrix of `size` rows.
  public static func identity(_ size: Int, dtype: DType = .float32, device: Device = .cpu)
    -> Tensor
  {
    Operator.eye(.int(size), .dtype(dtype), .none, .device(device))
  }

  /// Zeros of this tensor's shape, type and device.
  public func zerosLike() -> Tensor { Operator.zerosLike(.tensor(self)) }

  /// Standard normal numbers from `generator`'s stream, on its device.
  public static func normal(_ shape: [Int], dtype: DType = .float32, from generator: Generator)
    -> Tensor
  {
    Operator.randn(
      .ints(shape), .generator(generator), .dtype(dtype), .none, .device(generator.device))
  }

  /// Numbers in [0, 1) from `generator`'s stream, on its device.
  public static func uniform(_ shape: [Int], dtype: DType = .float32, from generator: Generator)
    -> Tensor
  {
    Operator.rand(
      .ints(shape), .generator(generator), .dtype(dtype), .none, .device(generator.device))
  }
}

/// Keeps an array's memory for as long as a tensor needs it.
private final class ArrayOwner {
  let array: HostArray

  init(_ array: HostArray) { self.array = array }
}

extension HostArray {
  fileprivate var isAligned: Bool {
    withUnsafeBytes { Int(bitPattern: $0.baseAddress) % type.byteCount == 0 }
  }
}

extension DType {
  /// The tensor type of an array's elements.
  public init(_ type: ElementType) {
    self =
      switch type {
      case .bool: .bool
      case .uint8: .uint8
      case .int8: .int8
      case .int16: .int16
      case .uint16: .uint16
      case .int32: .int32
      case .int64: .int64
      case .float16: .float16
      case .bfloat16: .bfloat16
      case .float32: .float32
      case .float64: .float64
      }
  }

  /// The array type of a tensor's elements.
  public var elementType: ElementType {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int8: .int8
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .int64: .int64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    }
  }
}

extension Operator {
  fileprivate static let full = Operator("aten::full")
  fileprivate static let arange = Operator("aten::arange")
  fileprivate static let eye = Operator("aten::eye")
  fileprivate static let zerosLike = Operator("aten::zeros_like")
  fileprivate static let randn = Operator("aten::randn", "generator")
  fileprivate static let rand = Operator("aten::rand", "generator")
}
