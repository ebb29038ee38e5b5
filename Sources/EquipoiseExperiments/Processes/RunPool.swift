// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation

/// What happens while an experiment's runs go.
package enum RunPoolEvent {
  /// A run's process starts or continues it.
  case started(PlannedRun)
  /// A run is done after these seconds of its process.
  case finished(PlannedRun, seconds: Double)
  /// A run's process failed.
  case failed(RunFailure)
  /// A run is being trained by another process, whose end is waited for.
  case waiting(PlannedRun)
}

/// A run that failed. The others go on.
public struct RunFailure: Codable, Equatable, Sendable {
  /// The run, for people.
  public let run: String
  /// What its process said last.
  public let message: String
  /// The file with all that it said.
  public let log: String
}

/// How an experiment's runs ended.
package struct RunPoolOutcome {
  /// What failed.
  package var failures: [RunFailure] = []
  /// The signal that asked to stop, if one did; every run under way then saved its state.
  package var signal: Int32?
  /// Seconds of all processes together.
  package var processSeconds = 0.0
}

/// Runs side by side, each in a process of its own, within a budget of cores and memory.
package final class RunPool {
  private let command: (PlannedRun) -> [String]
  private let stopSignal: () -> Int32?
  private let report: (RunPoolEvent) -> Void
  private let journal: JSONLines
  private let lifeLine: LifeLine
  private var queue: RunQueue
  private var children: [Child] = []
  private var claims: [String: ProcessLock] = [:]
  private var announced: Set<String> = []
  private var outcome = RunPoolOutcome()
  /// Asking for the locks of others all the time would be work for nothing.
  private var nextStart = ContinuousClock.now

  private struct Child {
    let run: PlannedRun
    let process: ChildProcess
    let start: ContinuousClock.Instant
  }

  /// A pool.
  ///
  /// - Parameters:
  ///   - queue: the runs that are not finished.
  ///   - journal: the path of the file of measurements.
  ///   - command: the program and arguments that train a run; the program must stop when its standard
  ///     input ends.
  ///   - stopSignal: asked all the time whether a signal wants everything to stop.
  ///   - report: told of what happens.
  /// - Throws: when the journal cannot be written.
  package init(
    _ queue: RunQueue, journal: String, command: @escaping (PlannedRun) -> [String],
    stopSignal: @escaping () -> Int32?, report: @escaping (RunPoolEvent) -> Void
  ) throws {
    self.queue = queue
    self.command = command
    self.stopSignal = stopSignal
    self.report = report
    self.journal = try JSONLines(path: journal)
    lifeLine = try LifeLine()
  }

  /// Runs everything.
  ///
  /// - Returns: what became of it.
  /// - Throws: when a process cannot be started or a file not written.
  package func run() throws -> RunPoolOutcome {
    while true {
      try reap()
      passOnSignal()
      if children.isEmpty, outcome.signal != nil || queue.waiting.isEmpty { return outcome }
      if outcome.signal == nil, ContinuousClock.now >= nextStart { try start() }
      usleep(10_000)
    }
  }

  private func passOnSignal() {
    guard outcome.signal == nil, let signal = stopSignal() else { return }
    outcome.signal = signal
    for child in children { child.process.send(signal) }
  }

  // MARK: Starting

  private func start() throws {
    while let run = try startable() {
      queue.remove(run)
      if run.isFinished {
        // Another process was faster, perhaps with another configuration.
        try run.check()
        releaseIfDone(run.groupFolder)
        continue
      }
      try run.writeConfiguration()
      let start = ContinuousClock.now
      let process = try ChildProcess(
        command(run), input: lifeLine.readingEnd, output: .log(run.log))
      children.append(Child(run: run, process: process, start: start))
      report(.started(run))
    }
    nextStart = .now + .milliseconds(200)
  }

  private func startable() throws -> PlannedRun? {
    for run in queue.candidates(beside: children.map(\.run)) {
      if try isFree(run) { return run }
      if announced.insert(run.folder.path).inserted { report(.waiting(run)) }
    }
    return nil
  }

  /// Whether no other process trains the run. A group is claimed as a whole, because asking for the
  /// lock of a run for a moment could keep its own process from it.
  private func isFree(_ run: PlannedRun) throws -> Bool {
    let group = run.groupFolder
    try FileSystem.makeFolder(group)
    if claims[group] == nil { claims[group] = try ProcessLock(ifFree: group) }
    guard claims[group] != nil else { return false }
    guard FileManager.default.fileExists(atPath: run.folder.path) else { return true }
    // A process whose parent was killed may still be saving.
    return try ProcessLock(ifFree: run.folder.path) != nil
  }

  /// Others may have a group of which nothing is left to do here.
  private func releaseIfDone(_ group: String) {
    let isRunning = children.contains { $0.run.groupFolder == group }
    if !isRunning, !queue.contains(group: group) { claims[group] = nil }
  }

  // MARK: Ending

  private func reap() throws {
    for child in children {
      guard let exit = child.process.poll() else { continue }
      children.removeAll { $0.run.folder.path == child.run.folder.path }
      let seconds = (ContinuousClock.now - child.start).seconds
      outcome.processSeconds += seconds
      let measurement = RunMeasurement(
        folder: child.run.folder.path, group: child.run.groupFolder, seconds: seconds,
        peakMemory: exit.peakMemory, status: exit.status)
      queue.needs.add(measurement)
      try journal.append(measurement)
      conclude(child.run, exit, seconds)
      nextStart = .now
      releaseIfDone(child.run.groupFolder)
    }
  }

  private func conclude(_ run: PlannedRun, _ exit: ChildProcess.Exit, _ seconds: Double) {
    if exit.status == 0, run.isFinished { return report(.finished(run, seconds: seconds)) }
    let wasAsked = outcome.signal.map { StopSignal.exitCode(for: $0) } == exit.status
    guard !wasAsked else { return }
    let failure = RunFailure(run: run.label, message: message(run, exit), log: run.log)
    outcome.failures.append(failure)
    report(.failed(failure))
  }

  private func message(_ run: PlannedRun, _ exit: ChildProcess.Exit) -> String {
    let log = (try? String(contentsOfFile: run.log, encoding: .utf8)) ?? ""
    let prefix = "error: "
    if let line = log.split(separator: "\n").last(where: { $0.hasPrefix(prefix) }) {
      // The log's path names the folder already.
      return String(line.dropFirst(prefix.count))
        .replacing(run.folder.path + ": ", with: "")
    }
    if exit.status == 128 + SIGKILL {
      return
        "its process was killed; the machine may be short of memory: lower \(.argument("jobs")) or "
        + "\(.argument("memory"))"
    }
    return "its process ended with status \(exit.status)"
  }
}

extension RunMeasurement {
  /// The measurements in a journal; none when there is no such file.
  package static func saved(in journal: String) -> [RunMeasurement] {
    let text = (try? String(contentsOfFile: journal, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(RunMeasurement.self, from: Data($0.utf8))
    }
  }
}
