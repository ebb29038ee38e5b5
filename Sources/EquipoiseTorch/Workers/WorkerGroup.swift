// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch
public import Foundation

/// The processes, or threads, that train one model together, and this one's place among them.
///
/// Every worker must call the same functions in the same order: each waits for all. When a worker has gone the others'
/// calls fail at once.
///
/// `@unchecked Sendable`: what it holds never changes; it is used by one thread at a time.
public final class WorkerGroup: @unchecked Sendable {
  /// This worker's number, from 0.
  public let rank: Int
  /// The number of workers.
  public let count: Int
  /// How many of them are on this machine.
  public let localCount: Int
  let raw: CTGroup

  /// Joins the others; waits for all.
  ///
  /// - Parameters:
  ///   - store: What they find each other by.
  ///   - name: The group's; used once for a store.
  ///   - rank: This worker's number, from 0.
  ///   - count: The number of workers.
  ///   - local: How many of them are on this machine.
  ///   - host: A host on the way to which the others reach this machine, such as that of the store.
  ///   - seconds: How long a common operation, joining included, waits for a worker that does not come.
  /// - Throws: ``TorchError`` when not all are there in time.
  public init(
    joining store: WorkerStore, as name: String = "workers", rank: Int, of count: Int,
    local: Int = 1, towards host: String = "127.0.0.1", timeout seconds: Double = 1800
  ) throws(TorchError) {
    precondition(rank >= 0 && rank < count, "worker \(rank) of \(count)")
    var raw = CTGroup()
    try tryCheck(
      ct_group_join(
        store.raw, name, Int32(rank), Int32(count), milliseconds(seconds), host, &raw),
      "joining \(count) workers")
    (self.raw, self.rank, self.count, localCount) = (raw, rank, count, local)
  }

  deinit { ct_group_free(raw) }

  /// Whether this is the worker that reads and writes files, and speaks.
  public var isFirst: Bool { rank == 0 }

  // MARK: Numbers

  /// What several tensors are together.
  private enum Reduction: Int32 {
    case sum = 0
    case largest = 1
  }

  private static let bucket: Int64 = 25 << 20

  /// The mean over workers of each tensor, without history; `nil` stays `nil` and must be so on all workers.
  public func mean(_ tensors: [Tensor?]) throws(TorchError) -> [Tensor?] {
    try reduced(tensors, .sum, divisor: Double(count))
  }

  /// The means over workers of the gradients that ``gradients(of:withRespectTo:seeds:retainingGraph:creatingGraph:)``
  /// finds; those of the last layers travel while the backward pass goes on.
  ///
  /// - Parameters:
  ///   - outputs: what is differentiated; scalars unless `seeds` is given.
  ///   - leaves: what it is differentiated by.
  ///   - seeds: upstream gradients, shaped as the outputs.
  ///   - retainingGraph: keeps what a further pass would need.
  /// - Returns: one for each leaf; `nil` where it had no part in the outputs, which must be so on all workers.
  /// - Throws: ``TorchError`` when another worker has gone.
  public func meanGradients(
    of outputs: [Tensor], withRespectTo leaves: [Tensor], seeds: [Tensor] = [],
    retainingGraph: Bool = false
  ) throws(TorchError) -> [Tensor?] {
    var results = [CTTensor](repeating: CTTensor(), count: leaves.count)
    precondition(seeds.isEmpty || seeds.count == outputs.count, "gradients: one seed per output")
    let (rawOutputs, rawLeaves, rawSeeds) = (
      outputs.map(\.raw), leaves.map(\.raw), seeds.map(\.raw)
    )
    let status = rawSeeds.withUnsafeBufferPointer { seeds in
      ct_gradients_over(
        raw, rawOutputs, Int32(rawOutputs.count), rawLeaves, Int32(rawLeaves.count),
        seeds.isEmpty ? nil : seeds.baseAddress, retainingGraph, Self.bucket, &results)
    }
    withExtendedLifetime((outputs, leaves, seeds)) {}
    try tryCheck(status, "gradients")
    return results.map { $0.impl == nil ? nil : Tensor(owning: $0) }
  }

  /// Seconds that common operations have taken so far, waiting for other workers included.
  public var waitedSeconds: Double { ct_group_waited(raw) }

  /// The sum over workers, without history.
  public func sum(_ tensor: Tensor) throws(TorchError) -> Tensor {
    try reduced([tensor], .sum)[0] ?? tensor
  }

  /// The largest number of any worker.
  public func largest(_ number: Int) throws(TorchError) -> Int {
    let found = try reduced([Tensor([number])], .largest)[0]
    return found?.array(of: Int.self)[0] ?? number
  }

  private func reduced(
    _ tensors: [Tensor?], _ reduction: Reduction, divisor: Double = 1
  ) throws(TorchError) -> [Tensor?] {
    var results = [CTTensor](repeating: CTTensor(), count: tensors.count)
    let given = tensors.map { $0?.raw ?? CTTensor() }
    let status = ct_all_reduce(
      raw, given, Int32(given.count), reduction.rawValue, divisor, Self.bucket, &results)
    withExtendedLifetime(tensors) {}
    try tryCheck(status, "what the workers sum up")
    return results.map { $0.impl == nil ? nil : Tensor(owning: $0) }
  }

  /// The rows of all workers, as many of each: [n, …] → [N, n, …], without history.
  public func gathered(_ rows: Tensor) throws(TorchError) -> Tensor {
    var result = CTTensor()
    let own = rows.unsqueezed(0)
    let status = ct_all_gather(raw, own.raw, &result)
    withExtendedLifetime(own) {}
    try tryCheck(status, "what the workers gather")
    return Tensor(owning: result)
  }

  /// The tensor of the first worker, on all; of one shape and type everywhere.
  public func broadcast(_ tensor: Tensor) throws(TorchError) -> Tensor {
    var result = CTTensor()
    let status = ct_broadcast(raw, tensor.raw, 0, &result)
    withExtendedLifetime(tensor) {}
    try tryCheck(status, "what the first worker says")
    return Tensor(owning: result)
  }

  // MARK: Bytes

  /// The bytes of every worker.
  public func gathered(_ bytes: Data) throws(TorchError) -> [Data] {
    let counts = try gathered(Tensor([bytes.count])).array(of: Int.self)
    let longest = counts.max() ?? 0
    guard longest > 0 else { return counts.map { _ in Data() } }
    let own = [UInt8](bytes) + [UInt8](repeating: 0, count: longest - bytes.count)
    let all = try gathered(Tensor(own)).array(of: UInt8.self)
    return counts.enumerated().map { Data(all[$0 * longest..<$0 * longest + $1]) }
  }

  /// The bytes of the first worker, on all.
  public func broadcast(_ bytes: Data) throws(TorchError) -> Data {
    let count = try broadcast(Tensor([bytes.count])).array(of: Int.self)[0]
    guard count > 0 else { return Data() }
    let own = isFirst ? [UInt8](bytes) : [UInt8](repeating: 0, count: count)
    return Data(try broadcast(Tensor(own)).array(of: UInt8.self))
  }
}

// MARK: Statistics

extension WorkerGroup {
  /// The workers over whose rows batch normalisation takes its statistics in this thread; `nil` takes each one's own.
  @TaskLocal static var statistics: WorkerGroup?

  /// Runs `body`, in whose training passes batch normalisation takes the statistics of all workers' rows.
  ///
  /// - Parameters:
  ///   - workers: Who; `nil` takes this worker's own rows.
  ///   - body: Forward passes.
  /// - Returns: What `body` returns.
  package static func sharingStatistics<R>(
    over workers: WorkerGroup?, _ body: () throws -> R
  ) rethrows -> R {
    try $statistics.withValue(workers) { try body() }
  }
}
