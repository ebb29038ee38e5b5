// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// One owned reference to a libtorch tensor.
final class TensorHandle {
  let raw: CTTensor

  init(owning raw: CTTensor) { self.raw = raw }

  deinit { ct_tensor_free(raw) }
}

/// An n-dimensional array with automatic differentiation.
///
/// Values are immutable here: an operation gives a new tensor, and only ``Parameter`` and
/// ``Buffer`` change. A tensor stays on the thread that made it (it is not `Sendable`).
public struct Tensor {
  let handle: TensorHandle

  init(owning raw: CTTensor) { handle = TensorHandle(owning: raw) }

  var raw: CTTensor { handle.raw }

  /// The number of dimensions.
  public var rank: Int { Int(ct_tensor_rank(raw)) }

  /// The size of each dimension.
  public var shape: [Int] { (0..<rank).map { Int(ct_tensor_size(raw, Int32($0))) } }

  /// The distance in elements between neighbours along each dimension.
  public var strides: [Int] { (0..<rank).map { Int(ct_tensor_stride(raw, Int32($0))) } }

  /// The number of elements.
  public var count: Int { Int(ct_tensor_numel(raw)) }

  /// The bytes of all elements.
  public var byteCount: Int { count * dtype.byteCount }

  /// The type of the elements.
  public var dtype: DType {
    guard let dtype = DType(rawValue: ct_tensor_dtype(raw)) else {
      preconditionFailure("a tensor of libtorch's type \(ct_tensor_dtype(raw)), unknown here")
    }
    return dtype
  }

  /// Where the tensor lives.
  public var device: Device { Device(ct_tensor_device(raw)) }

  /// The size of one dimension; negative numbers count from the last.
  public func size(_ dimension: Int) -> Int {
    let rank = rank
    let index = dimension < 0 ? dimension + rank : dimension
    precondition((0..<rank).contains(index), "size(\(dimension)) of a tensor of rank \(rank)")
    return Int(ct_tensor_size(raw, Int32(index)))
  }

  /// Whether the elements lie in memory in the given order without gaps.
  public func isContiguous(_ layout: MemoryLayoutOrder = .contiguous) -> Bool {
    ct_tensor_is_contiguous(raw, layout.rawValue)
  }

  /// Whether both are one and the same tensor (not: equal numbers).
  public func isSame(as other: Tensor) -> Bool { ct_tensor_is_same(raw, other.raw) }
}

extension Tensor {
  /// Tells tensors that exist at one time apart, as ``isSame(as:)`` does.
  package var identity: UInt { UInt(bitPattern: raw.impl) }
}

/// The order in which a tensor's elements lie in memory.
public enum MemoryLayoutOrder: Int32, Sendable {
  /// Row-major: the last dimension is dense.
  case contiguous = 0
  /// As the source lies.
  case preserve = 1
  /// [B, C, H, W] with the channels dense; faster convolutions on most hardware.
  case channelsLast = 2
}

extension Tensor: CustomStringConvertible {
  /// Type and shape; the numbers of small tensors.
  public var description: String {
    let head = "\(dtype)\(shape)"
    guard count <= 16, dtype.isFloatingPoint else { return head }
    return head + " \(array(of: Double.self))"
  }
}
