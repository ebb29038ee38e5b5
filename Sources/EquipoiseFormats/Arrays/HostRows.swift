// SPDX-License-Identifier: Apache-2.0
/// The rows of an array that is being made. A row takes only an array of exactly its type and shape, so that
/// numbers of another width can never be laid over it.
package struct HostRows {
  /// The type of the elements of every row.
  package let type: ElementType
  /// The shape of a row.
  package let shape: [Int]
  /// The number of rows.
  package let count: Int
  private let bytes: UnsafeMutableRawBufferPointer
  private let width: Int

  fileprivate init(
    _ bytes: UnsafeMutableRawBufferPointer, _ type: ElementType, _ shape: [Int], _ count: Int
  ) {
    (self.bytes, self.type, self.shape, self.count) = (bytes, type, shape, count)
    width = count == 0 ? 0 : bytes.count / count
  }

  /// Copies `array` into a row. Throws `FormatError` for an array of another type or shape.
  package func set(_ row: Int, to array: HostArray) throws {
    try fill(row, from: array) { source, target in target.copyMemory(from: source) }
  }

  /// Has `body` fill a row from the bytes of `array`, of which there are as many. Throws `FormatError` for an
  /// array of another type or shape, and what `body` throws.
  package func fill(
    _ row: Int, from array: HostArray,
    _ body: (_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) throws ->
      Void
  ) throws {
    precondition((0..<count).contains(row), "HostRows: \(row) is not among \(count) rows")
    guard array.type == type, array.shape == shape else {
      throw FormatError.malformed(
        path: "array", reason: "is \(array) where \(type.rawValue) \(shape) is expected",
        remedy: "bring all arrays into one type and shape")
    }
    let target = UnsafeMutableRawBufferPointer(
      rebasing: bytes[row * width..<(row + 1) * width])
    try array.withUnsafeBytes { try body($0, target) }
  }
}

extension HostArray {
  /// An array of `count` rows of one type and shape, zeros where `fill` sets none.
  ///
  /// Throws what `fill` throws, or `FormatError` when there is no memory.
  package init(
    rows count: Int, of type: ElementType, _ shape: [Int], filledBy fill: (HostRows) throws -> Void
  ) throws {
    try self.init(type: type, shape: [count] + shape) { bytes in
      try fill(HostRows(bytes, type, shape, count))
    }
  }

  /// [N, shape…] of N arrays of one type and shape. Throws `FormatError` when they differ.
  package static func stack(_ arrays: [HostArray]) throws -> HostArray {
    guard let first = arrays.first else { preconditionFailure("HostArray.stack of nothing") }
    return try HostArray(rows: arrays.count, of: first.type, first.shape) { rows in
      for (index, array) in arrays.enumerated() { try rows.set(index, to: array) }
    }
  }

  /// Arrays of one type and shape, one after the other along their first dimension. Throws `FormatError` when
  /// they differ.
  package static func joined(_ arrays: [HostArray]) throws -> HostArray {
    let stacked = try stack(arrays)
    return stacked.reshaped([stacked.shape[0] * stacked.shape[1]] + stacked.shape.dropFirst(2))
  }
}
