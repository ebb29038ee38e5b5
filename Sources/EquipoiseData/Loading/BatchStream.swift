// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Batches of an epoch, one after the other. Use it from one thread.
///
/// Its threads end when the last batch is made, when an error is thrown or when the stream is let
/// go, whichever comes first.
public final class BatchStream {
  /// Seconds that `next()` has waited for batches so far.
  public private(set) var waitSeconds = 0.0

  private var remaining: Range<Int>
  private let produce: @Sendable (Int) throws -> HostBatch
  private let queue: PrefetchQueue<HostBatch>?

  init(
    steps: Range<Int>, workers: Int, prefetch: Int,
    produce: @escaping @Sendable (Int) throws -> HostBatch
  ) {
    remaining = steps
    self.produce = produce
    queue =
      workers == 0 || steps.isEmpty
      ? nil : PrefetchQueue(steps, workers: workers, capacity: prefetch, produce: produce)
  }

  deinit { queue?.stop() }

  /// The next batch, or nil at the end of the epoch.
  ///
  /// - Returns: A batch in host memory.
  /// - Throws: `EquipoiseError` naming the sample that cannot be used.
  public func next() throws -> HostBatch? {
    guard let step = remaining.first else { return nil }
    let clock = ContinuousClock()
    let start = clock.now
    defer { waitSeconds += start.duration(to: clock.now) / .seconds(1) }
    do {
      let batch = try queue?.take(step) ?? produce(step)
      remaining = remaining.dropFirst()
      return batch
    } catch {
      remaining = remaining.upperBound..<remaining.upperBound
      queue?.stop()
      throw error
    }
  }
}
