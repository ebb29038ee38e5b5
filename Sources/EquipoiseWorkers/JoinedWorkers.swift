// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseTorch
import Foundation

/// The workers that this process has joined, and how they tell each other why one failed.
package struct JoinedWorkers: Sendable {
  /// Who trains together.
  package let group: WorkerGroup
  private let store: WorkerStore
  private let place: WorkerMembership

  /// What a worker leaves behind for the others.
  package struct Failure: Codable, Equatable, Sendable {
    package let rank: Int
    package let message: String
  }

  /// Under what a failure lies in the store.
  private static let failed = "failed"

  /// Joins the others; waits for all.
  ///
  /// - Parameters:
  ///   - membership: This process's place.
  ///   - seconds: How long to wait for the others to be there.
  /// - Throws: `EquipoiseError` when they are not.
  package init(_ membership: WorkerMembership, within seconds: Double = 300) throws {
    place = membership
    let (host, port) = (membership.host, membership.port)
    do {
      let serves = membership.rank == 0 && !membership.isServed
      let whole =
        try serves
        ? WorkerStore.served(at: host, port: port)
        : WorkerStore.connected(to: host, port: port, within: seconds)
      store = try whole.below(Self.prefix(of: membership))
      try store.set("here/\(membership.rank)", to: Data())
      for rank in 0..<membership.count {
        do {
          _ = try store.get("here/\(rank)", within: seconds)
        } catch {
          throw EquipoiseError(
            .training, "worker \(rank) did not come within \(Int(seconds)) seconds",
            at: "\(host):\(port)",
            fix: "start all \(membership.count) workers with the same MASTER_ADDR and MASTER_PORT")
        }
      }
      group = try WorkerGroup(
        joining: store, rank: membership.rank, of: membership.count,
        local: membership.localCount, towards: host)
      // So that nobody who serves the store ends before all have joined.
      _ = try group.largest(0)
    } catch let error as TorchError {
      throw EquipoiseError(
        .training, "worker \(membership.rank) cannot join the others: \(error.description)",
        at: "\(host):\(port)",
        fix: "check that worker 0 runs there and that no other program has the port")
    }
  }

  /// Under what the names of one try of a launcher lie in a store.
  static func prefix(of membership: WorkerMembership) -> String {
    "equipoise/\(membership.attempt)"
  }

  /// Watches over the others from now on.
  ///
  /// - Parameters:
  ///   - seconds: How long one may be silent.
  ///   - onLoss: Told in one sentence, on another thread, that one is; should end this process, whose common operations
  ///     wait.
  /// - Returns: The watch, which is to be left when the work is done.
  /// - Throws: `TorchError` where there is no further connection.
  package func watch(
    silence seconds: Double, onLoss: @escaping @Sendable (String) -> Void
  ) throws -> WorkerWatch {
    try WorkerWatch(place, silence: seconds, onLoss: onLoss)
  }

  /// Tells the others why this worker fails, unless it fails because another has gone.
  ///
  /// - Parameter message: One sentence.
  /// - Returns: What to tell the user: the message, or whose failure stopped this worker.
  package func explain(_ message: String) -> String {
    guard Self.isLoss(message) else {
      Self.leave(Failure(rank: group.rank, message: message), in: store)
      return message
    }
    guard let failure = failure(within: 2) else {
      return
        "another worker has gone: it was killed, or its machine cannot be reached"
    }
    return "stopped, as worker \(failure.rank) failed: \(failure.message)"
  }

  /// Leaves a failure in a store, unless one is there.
  static func leave(_ failure: Failure, in store: WorkerStore) {
    guard (try? store.has(failed)) == false, let bytes = try? JSONEncoder().encode(failure) else {
      return
    }
    try? store.set(failed, to: bytes)
  }

  private func failure(within seconds: Double) -> Failure? {
    Self.failure(in: store, within: seconds)
  }

  /// The failure that a worker left in a store.
  static func failure(in store: WorkerStore, within seconds: Double) -> Failure? {
    // libtorch warns where a name that is waited for does not come.
    let end = ContinuousClock.now + .seconds(seconds)
    while (try? store.has(failed)) == false, ContinuousClock.now < end { usleep(50_000) }
    guard (try? store.has(failed)) == true else { return nil }
    return (try? store.get(failed, within: 1))
      .flatMap { try? JSONDecoder().decode(Failure.self, from: $0) }
  }

  /// Whether a message of libtorch's is about another worker that does not answer.
  static func isLoss(_ message: String) -> Bool {
    [
      "by peer", "Broken pipe", "Timed out waiting", "pair closure", "ocket closed",
      "worker 0 failed", "Connection refused", "Connection timed out", "No route to host",
    ].contains { message.contains($0) }
  }
}
