// SPDX-License-Identifier: Apache-2.0

/// Which rows of a batch are there. Where all are, there is no such value.
public struct RowPresence {
  /// The number of rows of the batch, B.
  public let count: Int
  /// The places of the rows that are there, ascending; may be empty.
  public let rows: [Int]
  /// The same on the batch's device, int64 [n].
  public let index: Tensor
  /// True where a row is there, [B], on the batch's device.
  public let mask: Tensor

  /// Rows of a batch.
  ///
  /// - Parameters:
  ///   - present: For each row whether it is there.
  ///   - device: Where the batch is.
  public init(_ present: [Bool], device: Device = .cpu) {
    count = present.count
    rows = present.indices.filter { present[$0] }
    index = Tensor(rows, shape: [rows.count]).sent(to: device)
    mask = Tensor(present, shape: [present.count]).sent(to: device)
  }

  /// The mask with dimensions of 1 behind, for tensors of so many dimensions: [B, 1…].
  public func mask(rank: Int) -> Tensor {
    mask.reshaped([-1] + [Int](repeating: 1, count: rank - 1))
  }
}
