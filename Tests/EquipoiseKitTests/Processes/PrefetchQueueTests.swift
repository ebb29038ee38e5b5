// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseKit

struct PrefetchQueueTests {
  private struct Failure: Error {}

  @Test(arguments: [1, 3], [1, 2, 20])
  func valuesComeInOrder(workers: Int, capacity: Int) throws {
    let queue = PrefetchQueue(2..<12, workers: workers, capacity: capacity) { $0 * $0 }
    defer { queue.stop() }
    for step in 2..<12 { #expect(try queue.take(step) == step * step) }
  }

  @Test func aFailureIsThrownAtItsStep() throws {
    let queue = PrefetchQueue(0..<4, workers: 2, capacity: 2) { step in
      guard step < 2 else { throw Failure() }
      return step
    }
    defer { queue.stop() }
    #expect(try queue.take(0) == 0)
    #expect(try queue.take(1) == 1)
    #expect(throws: Failure.self) { try queue.take(2) }
  }

  /// It would wait forever: nothing makes a value a second time.
  @Test func aStepTakenTwiceTraps() async {
    await #expect(processExitsWith: .failure) {
      let queue = PrefetchQueue(0..<3, workers: 1, capacity: 3) { $0 }
      _ = try? queue.take(0)
      _ = try? queue.take(0)
    }
  }

  @Test func aStepLeftOutTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = try? PrefetchQueue(0..<3, workers: 1, capacity: 3) { $0 }.take(1)
    }
  }

  @Test func aStepAfterTheLastTraps() async {
    await #expect(processExitsWith: .failure) {
      let queue = PrefetchQueue(0..<1, workers: 1, capacity: 1) { $0 }
      _ = try? queue.take(0)
      _ = try? queue.take(1)
    }
  }

  @Test func aStepAfterAFailureTraps() async {
    await #expect(processExitsWith: .failure) {
      let queue = PrefetchQueue(0..<3, workers: 1, capacity: 1) { step in
        guard step == 0 else { throw Failure() }
        return step
      }
      _ = try queue.take(0)
      _ = try? queue.take(1)
      _ = try? queue.take(2)
    }
  }

  @Test func aStepOfAStoppedQueueTraps() async {
    await #expect(processExitsWith: .failure) {
      let queue = PrefetchQueue(0..<3, workers: 1, capacity: 3) { $0 }
      queue.stop()
      _ = try? queue.take(0)
    }
  }
}
