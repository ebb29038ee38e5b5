// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Makes the values of consecutive steps on threads and hands them out in order.
///
/// `@unchecked Sendable`: every mutable property is used with `condition` locked.
package final class PrefetchQueue<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let steps: Range<Int>
  private let capacity: Int
  private let produce: @Sendable (Int) throws -> Value
  /// The next step that a worker takes on.
  private var claimed: Int
  /// The step that the consumer takes next.
  private var wanted: Int
  private var ready: [Int: Result<Value, any Error>] = [:]
  private var running: Int
  private var stopped = false

  /// Starts `workers` threads; at most `capacity` values are made or in the making ahead of the
  /// consumer.
  package init(
    _ steps: Range<Int>, workers: Int, capacity: Int,
    produce: @escaping @Sendable (Int) throws -> Value
  ) {
    self.steps = steps
    self.capacity = capacity
    self.produce = produce
    claimed = steps.lowerBound
    wanted = steps.lowerBound
    running = min(workers, capacity, steps.count)
    for index in 0..<running {
      // The thread keeps the queue alive, and the stream stops the queue: no cycle.
      let thread = Thread { self.work() }
      thread.name = "equipoise-loader-\(index)"
      thread.start()
    }
  }

  /// The value of `step`; waits until it is made.
  ///
  /// - Precondition: `step` is the one after the last taken, and neither has a step before it failed nor was the
  ///   queue stopped: nothing would ever make its value.
  package func take(_ step: Int) throws -> Value {
    condition.lock()
    defer { condition.unlock() }
    precondition(
      step == wanted && steps.contains(step),
      "PrefetchQueue: step \(step) was taken where \(wanted) of \(steps) comes next")
    while true {
      if let result = ready.removeValue(forKey: step) {
        wanted = step + 1
        condition.broadcast()
        return try result.get()
      }
      precondition(running > 0, "PrefetchQueue: step \(step) was taken after an error or the end")
      condition.wait()
    }
  }

  /// Ends the threads and waits for them.
  package func stop() {
    condition.lock()
    defer { condition.unlock() }
    stopped = true
    ready.removeAll()
    condition.broadcast()
    while running > 0 { condition.wait() }
  }

  private func work() {
    while let step = claim() {
      let result = Result { try produce(step) }
      condition.lock()
      if !stopped { ready[step] = result }
      if case .failure = result { claimed = steps.upperBound }
      condition.broadcast()
      condition.unlock()
    }
    condition.lock()
    running -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// The next step to make, or nil when there is none left.
  private func claim() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while !stopped, claimed < steps.upperBound, claimed - wanted >= capacity { condition.wait() }
    guard !stopped, claimed < steps.upperBound else { return nil }
    defer { claimed += 1 }
    return claimed
  }
}
