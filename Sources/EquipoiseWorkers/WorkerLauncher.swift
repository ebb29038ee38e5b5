// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import EquipoiseTorch
import Foundation

/// Starts the workers of a run on this machine, passes signals on to them, and ends all when one fails.
package final class WorkerLauncher {
  private struct Worker {
    let rank: Int
    let process: ChildProcess
    var exit: ChildProcess.Exit?
  }

  private let command: [String]
  private let count: Int
  private let logs: String
  private let stopSignal: () -> Int32?
  private let lifeLine: LifeLine
  private var workers: [Worker] = []
  private var passedOn: Int32?

  /// Seconds that workers have to end by themselves after one has failed, and to save after that.
  private static let patience = (own: 3.0, all: 10.0)

  /// A launcher.
  ///
  /// - Parameters:
  ///   - command: The program and arguments of a worker; it must stop when its standard input ends.
  ///   - count: How many to start.
  ///   - logs: The folder for what all but the first write.
  ///   - stopSignal: Asked all the time whether a signal wants everything to stop.
  /// - Throws: `EquipoiseError` when the system gives no pipe.
  package init(
    _ command: [String], count: Int, logs: String, stopSignal: @escaping () -> Int32?
  ) throws {
    (self.command, self.count, self.logs, self.stopSignal) = (command, count, logs, stopSignal)
    lifeLine = try LifeLine()
  }

  /// The file that a worker writes to; the first one writes where this program does.
  package func log(of rank: Int) -> String { "\(logs)/worker-\(rank).log" }

  /// Runs the workers to their end.
  ///
  /// - Parameter attempt: Tells one try from the next.
  /// - Returns: The signal that stopped all; nil where they have finished.
  /// - Throws: `EquipoiseError` with the reason of the worker that failed.
  package func run(attempt: Int = 0) throws -> Int32? {
    let store = try WorkerStore.served(at: "127.0.0.1")
    try FileSystem.makeFolder(logs)
    workers = try (0..<count).map { rank in
      let membership = WorkerMembership(
        rank: rank, count: count, localCount: count, host: "127.0.0.1", port: store.port,
        isServed: true, attempt: "\(attempt)")
      return Worker(
        rank: rank,
        process: try ChildProcess(
          command, input: lifeLine.readingEnd,
          output: rank == 0 ? .inherited : .log(log(of: rank)),
          environment: membership.variables))
    }
    watch()
    return try outcome(try store.below("equipoise/\(attempt)"))
  }

  private func watch() {
    var failedAt: ContinuousClock.Instant?
    var sent: Int32?
    while workers.contains(where: { $0.exit == nil }) {
      for index in workers.indices where workers[index].exit == nil {
        workers[index].exit = workers[index].process.poll()
        if let exit = workers[index].exit, exit.status != 0, failedAt == nil { failedAt = .now }
      }
      if passedOn == nil, let signal = stopSignal() {
        passedOn = signal
        send(signal)
      }
      if let failedAt {
        let waited = (ContinuousClock.now - failedAt).seconds
        let next = waited > Self.patience.all ? SIGKILL : waited > Self.patience.own ? SIGTERM : 0
        if next != 0, sent != next {
          sent = next
          send(next)
        }
      }
      usleep(20_000)
    }
  }

  private func send(_ signal: Int32) {
    for worker in workers where worker.exit == nil { worker.process.send(signal) }
  }

  private func outcome(_ store: WorkerStore) throws -> Int32? {
    let statuses = workers.map { $0.exit?.status ?? 0 }
    if statuses.allSatisfy({ $0 == 0 }) { return nil }
    if let passedOn, statuses.allSatisfy({ $0 == StopSignal.exitCode(for: passedOn) }) {
      return passedOn
    }
    if let failure = JoinedWorkers.failure(in: store, within: 0.1) {
      throw error("worker \(failure.rank) failed: \(failure.message)", failure.rank)
    }
    // Who was killed could not say why the others ended.
    let culprit =
      statuses.firstIndex { $0 >= 128 && $0 != 128 + SIGTERM } ?? statuses.firstIndex { $0 != 0 }
      ?? 0
    let status = statuses[culprit]
    let what =
      status == 128 + SIGKILL
      ? "was killed; the machine may be short of memory"
      : status >= 128 ? "was ended by signal \(status - 128)" : "ended with status \(status)"
    throw error("worker \(culprit) \(what)", culprit)
  }

  private func error(_ what: String, _ rank: Int) -> EquipoiseError {
    EquipoiseError(
      .training, what, at: rank == 0 ? "worker 0" : log(of: rank),
      fix: "\(.repeating("run")) to continue from the last checkpoint")
  }
}
