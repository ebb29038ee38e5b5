// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

/// Which rows of a batch this worker has, where several take it in parts.
///
/// Encoders see one's own rows. What they make of them is gathered, and everything behind, fusion, losses and what
/// methods do with them, is computed of the whole batch by every worker alike.
public struct BatchShare {
  /// Who takes the batch.
  public let workers: WorkerGroup
  /// The rows of the batch that each worker has; those of one follow those of the one before.
  public let parts: [Range<Int>]
  /// Of one modality which rows of the whole batch have it; nil where all have.
  public let presence: RowPresence?

  /// Shares of a batch.
  ///
  /// - Parameters:
  ///   - parts: The rows that each worker has, in the order of the workers.
  ///   - workers: Who.
  ///   - presence: Which rows of the whole batch have a modality; nil for all.
  public init(_ parts: [Range<Int>], of workers: WorkerGroup, presence: RowPresence? = nil) {
    precondition(parts.count == workers.count, "\(parts.count) parts for \(workers.count) workers")
    (self.parts, self.workers, self.presence) = (parts, workers, presence)
  }

  /// The same of a modality that some rows lack.
  public func having(_ presence: RowPresence?) -> BatchShare {
    BatchShare(parts, of: workers, presence: presence)
  }

  /// Which of this worker's own rows have the modality; nil where all rows of the batch have it.
  public var ownPresence: RowPresence? {
    presence.map { whole in
      RowPresence(
        rows: whole.rows.filter(own.contains).map { $0 - own.lowerBound }, of: own.count,
        device: whole.mask.device)
    }
  }

  /// The rows of this worker.
  public var own: Range<Int> { parts[workers.rank] }

  /// The parts of so many rows among so many workers: they differ by one row at most.
  public static func parts(of rows: Int, among workers: Int) -> [Range<Int>] {
    (0..<workers).map { $0 * rows / workers..<($0 + 1) * rows / workers }
  }

  /// The rows of all workers from each one's own, differentiable: [n, …] → [B, …].
  ///
  /// The gradient at one's own rows is N times what it would be: the mean over workers of what comes of it is the
  /// gradient of the loss that all of them compute of the whole batch.
  ///
  /// - Parameter rows: One for each row of this worker.
  /// - Returns: One for each row of the whole batch.
  public func gathered(_ rows: Tensor) -> Tensor { gathered(rows, parts.map(\.count)) }

  /// The same of rows that have the modality: one for each of this worker's → one for each of the whole batch's.
  public func gatheredPresent(_ rows: Tensor) -> Tensor {
    gathered(
      rows, parts.map { part in presence?.rows.count(where: part.contains) ?? part.count })
  }

  private func gathered(_ rows: Tensor, _ counts: [Int]) -> Tensor {
    var result = CTTensor()
    check(
      ct_gather_rows(
        workers.raw, rows.raw, counts.map(Int64.init), Int32(counts.count), &result),
      "gathering rows of \(rows)")
    withExtendedLifetime(rows) {}
    return Tensor(owning: result)
  }
}

extension BatchShare? {
  /// The rows of the whole batch; the rows themselves where this worker has all.
  package func gathered(_ rows: Tensor) -> Tensor { self?.gathered(rows) ?? rows }

  /// The rows of the whole batch that have the modality, from each worker's own.
  package func gatheredPresent(_ rows: Tensor) -> Tensor { self?.gatheredPresent(rows) ?? rows }
}
