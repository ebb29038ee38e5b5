// SPDX-License-Identifier: Apache-2.0
package import EquipoiseTorch
import Foundation
import Synchronization

/// Workers as threads of this process, each with a group of its own.
package enum WorkerThreads {
  /// Runs `body` on every worker.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - timeout: how long a common operation waits, in seconds.
  ///   - body: what each does.
  /// - Returns: what each returns or throws, in the order of the ranks.
  /// - Throws: when there is no store.
  package static func outcomes<Value: Sendable>(
    _ count: Int, timeout: Double = 60,
    _ body: @escaping @Sendable (WorkerGroup) throws -> Value
  ) throws -> [Result<Value, any Error>] {
    let store = try WorkerStore.inProcess()
    let found = Mutex([Int: Result<Value, any Error>]())
    let isDone = DispatchSemaphore(value: 0)
    for rank in 0..<count {
      let thread = Thread {
        let outcome = Result {
          try body(
            WorkerGroup(
              joining: store, rank: rank, of: count, local: count, timeout: timeout))
        }
        found.withLock { $0[rank] = outcome }
        isDone.signal()
      }
      thread.stackSize = 16 << 20
      thread.start()
    }
    for _ in 0..<count { isDone.wait() }
    return found.withLock { found in (0..<count).compactMap { found[$0] } }
  }

  /// The same where none may throw.
  package static func run<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (WorkerGroup) throws -> Value
  ) throws -> [Value] {
    try outcomes(count, body).map { try $0.get() }
  }
}
