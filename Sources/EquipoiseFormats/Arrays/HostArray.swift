// SPDX-License-Identifier: Apache-2.0
/// A dense row-major array in host memory or in a mapped file; copies share the bytes.
public struct HostArray: Sendable, CustomStringConvertible {
  /// The type of the elements.
  public let type: ElementType
  /// The dimensions; empty for a single value.
  public let shape: [Int]
  let storage: ByteSlice

  /// The number of elements.
  public var count: Int { storage.count / type.byteCount }

  /// The number of bytes of all elements.
  public var byteCount: Int { storage.count }

  /// For example "float32 [2, 3]".
  public var description: String { "\(type.rawValue) \(shape)" }

  init(type: ElementType, shape: [Int], storage: ByteSlice) {
    precondition(
      Shape.byteCount(shape, type) == storage.count,
      "HostArray: \(storage.count) bytes do not make \(type.rawValue) \(shape)")
    self.type = type
    self.shape = shape
    self.storage = storage
  }

  /// An array of zeros that `fill` overwrites; `fill` gets the bytes of all elements.
  ///
  /// Throws what `fill` throws, or `FormatError` when there is no memory.
  public init(
    type: ElementType, shape: [Int],
    filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    guard let count = Shape.byteCount(shape, type) else {
      preconditionFailure("HostArray: \(shape) is not a shape")
    }
    self.init(type: type, shape: shape, storage: ByteSlice(try OwnedBytes(count: count, fill)))
  }

  /// Elements in row-major order; their number must be the product of `shape`.
  public init<Scalar: HostScalar>(_ values: [Scalar], shape: [Int]) {
    precondition(
      Shape.count(shape) == values.count,
      "HostArray: \(values.count) values do not fill \(shape)")
    self.init(
      type: Scalar.elementType, shape: shape, storage: ByteSlice(OwnedBytes(copying: values)))
  }

  /// A float32 array from elements in row-major order.
  public init(floats: [Float], shape: [Int]) { self.init(floats, shape: shape) }

  /// An int64 array from elements in row-major order.
  public init(int64s: [Int64], shape: [Int]) { self.init(int64s, shape: shape) }

  /// A uint8 array from elements in row-major order.
  public init(uint8s: [UInt8], shape: [Int]) { self.init(uint8s, shape: shape) }

  /// Calls `body` with the elements' bytes, which may lie at any alignment.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try storage.withBytes(body)
  }

  /// Element `index` of the first dimension, without a copy.
  public func row(_ index: Int) -> HostArray {
    precondition(
      index >= 0 && index < shape.first ?? 0, "HostArray.row: \(index) is not in \(shape)")
    let rows = slice(rows: index..<index + 1)
    return HostArray(type: type, shape: Array(shape.dropFirst()), storage: rows.storage)
  }

  /// A range of the first dimension, without a copy.
  public func slice(rows: Range<Int>) -> HostArray {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= shape.first ?? -1,
      "HostArray.slice: rows \(rows) are not in \(shape)")
    let width = shape[0] == 0 ? 0 : byteCount / shape[0]
    return HostArray(
      type: type, shape: [rows.count] + shape.dropFirst(),
      storage: storage[rows.lowerBound * width..<rows.upperBound * width])
  }

  /// The same elements with other dimensions of the same product, without a copy.
  public func reshaped(_ shape: [Int]) -> HostArray {
    HostArray(type: type, shape: shape, storage: storage)
  }
}
