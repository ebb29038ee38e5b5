// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit

@Suite struct BatchStreamTests {
  /// Threads keep what they work with alive: it is gone when the last of them has ended.
  @Test(arguments: [0, 1, 3, 50, 51])
  func threadsEndWithTheStream(taken: Int) throws {
    weak var alive: Counter?
    do {
      let made = Counter()
      alive = made
      let stream = Self.stream(steps: 50, workers: 4) { made.increment() }
      for _ in 0..<taken { _ = try stream.next() }
    }
    for _ in 0..<500 where alive != nil { usleep(10_000) }
    #expect(alive == nil)
  }

  @Test func threadsEndWithAnError() throws {
    weak var alive: Counter?
    var stream: BatchStream?
    do {
      let made = Counter()
      alive = made
      stream = BatchStream(steps: 0..<50, workers: 4, prefetch: 3) { step in
        made.increment()
        throw EquipoiseError(.data, "step \(step) is broken")
      }
    }
    #expect(message { _ = try stream?.next() } == "step 0 is broken")
    let made = try #require(alive?.value)
    #expect(made <= 4)
    usleep(20_000)
    #expect(alive?.value == made)
    #expect(try stream?.next() == nil)
    stream = nil
    for _ in 0..<500 where alive != nil { usleep(10_000) }
    #expect(alive == nil)
  }

  @Test func makesNoMoreThanItMayAhead() throws {
    let made = Counter()
    let stream = Self.stream(steps: 50, workers: 4) { made.increment() }
    for taken in 1...10 {
      _ = try stream.next()
      usleep(20_000)
      #expect(made.value <= taken + 3)
    }
    #expect(made.value > 10)
  }

  @Test func waitingIsMeasured() throws {
    for workers in [0, 1] {
      let stream = Self.stream(steps: 4, workers: workers) { usleep(30_000) }
      while try stream.next() != nil {}
      #expect(stream.waitSeconds >= 0.1)
    }
  }

  // MARK: Helpers

  /// A stream of empty batches; `work` is done for each.
  private static func stream(
    steps: Int, workers: Int, _ work: @escaping @Sendable () -> Void = {}
  ) -> BatchStream {
    BatchStream(steps: 0..<steps, workers: workers, prefetch: 3) { step in
      work()
      return HostBatch(
        epoch: 0, step: step, inputs: [], labels: HostArray(int64s: [], shape: [0]), indices: [])
    }
  }

  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    var value: Int { lock.withLock { count } }
    func increment() { lock.withLock { count += 1 } }
  }
}
