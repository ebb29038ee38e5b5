// SPDX-License-Identifier: Apache-2.0

/// Which rows of a batch are there. Where all are, there is no such value.
public struct RowPresence {
  /// The number of rows of the batch, B.
  public let count: Int
  /// The places of the rows that are there, ascending; may be empty. All of them where the device alone knows.
  public let rows: [Int]
  /// The same on the batch's device, int64 [n].
  public let index: Tensor
  /// True where a row is there, [B], on the batch's device.
  public let mask: Tensor
  /// Whether the host knows which rows are there.
  package let isKnown: Bool

  /// Rows of which the device alone knows whether they are there, as while a model is recorded for export: work is done
  /// for all of them, which is right in evaluation alone, where rows do not see each other.
  ///
  /// - Parameter mask: True where a row is there, [B].
  public init(onDevice mask: Tensor) {
    (count, isKnown, self.mask) = (mask.size(0), false, mask)
    rows = Array(0..<count)
    let index = Tensor(rows, shape: [count])
    // What is recorded for export is on the CPU, where nothing is copied.
    self.index = mask.device.kind == .cpu ? index : index.sent(to: mask.device)
  }

  /// Rows of a batch.
  ///
  /// - Parameters:
  ///   - present: For each row whether it is there.
  ///   - device: Where the batch is.
  public init(_ present: [Bool], device: Device = .cpu) {
    (count, isKnown) = (present.count, true)
    rows = present.indices.filter { present[$0] }
    index = Tensor(rows, shape: [rows.count]).sent(to: device)
    mask = Tensor(present, shape: [present.count]).sent(to: device)
  }

  /// The mask with dimensions of 1 behind, for tensors of so many dimensions: [B, 1…].
  public func mask(rank: Int) -> Tensor {
    mask.reshaped([-1] + [Int](repeating: 1, count: rank - 1))
  }
}

extension RowPresence {
  /// Some rows of a batch.
  ///
  /// - Parameters:
  ///   - rows: The places of those that are there.
  ///   - count: The number of rows of the batch.
  ///   - device: Where the batch is.
  public init(rows: [Int], of count: Int, device: Device = .cpu) {
    var present = [Bool](repeating: false, count: count)
    for row in rows { present[row] = true }
    self.init(present, device: device)
  }

  /// Whether no row is there.
  public var isEmpty: Bool { rows.isEmpty }

  /// The rows of a batch that are there: [B, …] → [n, …].
  public func gathered(_ batch: Tensor) -> Tensor {
    isKnown ? batch.gatheringRows(index) : batch
  }

  /// The rows back in their places of a batch that is zero elsewhere: [n, …] → [B, …].
  public func scattered(_ rows: Tensor) -> Tensor {
    isKnown
      ? rows.sumsByLabel(index, classes: count)
      : rows.selected(
        where: mask(rank: rows.rank), else: .zeros([], dtype: rows.dtype, device: rows.device))
  }

  /// The rows that are there in both.
  ///
  /// - Parameters:
  ///   - first: One; nil where all are there.
  ///   - second: The other; likewise.
  /// - Returns: Those rows on the device of both; nil where all are.
  public static func common(_ first: RowPresence?, _ second: RowPresence?) -> RowPresence? {
    guard let first, let second else { return first ?? second }
    precondition(first.isKnown && second.isKnown, "rows that the host does not know")
    if first.rows == second.rows { return first }
    let others = Set(second.rows)
    return RowPresence(
      rows: first.rows.filter(others.contains), of: first.count, device: first.mask.device)
  }
}

extension RowPresence {
  /// Which of several modalities each row has: a bit for each, the first one the lowest.
  ///
  /// - Parameters:
  ///   - present: The rows that have each; nil where all have.
  ///   - count: The number of rows.
  /// - Returns: One number for each row.
  package static func sets(_ present: [RowPresence?], of count: Int) -> [Int] {
    present.enumerated().reduce(into: [Int](repeating: 0, count: count)) { sets, entry in
      for row in entry.element?.rows ?? Array(0..<count) { sets[row] |= 1 << entry.offset }
    }
  }
}

extension RowPresence? {
  /// Whether any row is there.
  package var hasRows: Bool { self?.isEmpty != true }

  /// The rows that are there: [B, …] → [n, …]; the batch itself where all are.
  package func rows(of batch: Tensor) -> Tensor { self?.gathered(batch) ?? batch }

  /// The number of rows that are there, of so many.
  package func count(of batch: Int) -> Int { self?.rows.count ?? batch }
}
