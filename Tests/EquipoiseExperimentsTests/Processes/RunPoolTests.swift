// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit
@testable import EquipoiseTraining

/// Runs side by side, with shell scripts in the place of training.
struct RunPoolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func runs(_ group: String, _ count: Int) -> [PlannedRun] {
    (0..<count).map { seed in
      var configuration = RunConfiguration()
      configuration.runtime.seed = seed
      return PlannedRun(
        name: group, groupFolder: folder.file(group), configuration: configuration, dataset: "")
    }
  }

  /// What a process does that finishes a run.
  private static func finish(_ run: PlannedRun) -> String {
    "mkdir -p '\(run.folder.path)'; echo {} > '\(run.folder.result)'"
  }

  private func pool(
    _ runs: [PlannedRun], jobs: Int = 2, stopSignal: @escaping () -> Int32? = { nil },
    report: @escaping (RunPoolEvent) -> Void = { _ in }, script: @escaping (PlannedRun) -> String
  ) throws -> RunPool {
    let budget = RunBudget(jobs: jobs, memory: 1 << 30)
    return try RunPool(
      RunQueue(runs, needs: RunNeeds([:]), budget: budget), journal: folder.file("journal"),
      command: { ["/bin/sh", "-c", script($0)] }, stopSignal: stopSignal, report: report)
  }

  @Test func noMoreThanTheJobsAtATime() throws {
    let diary = folder.file("diary")
    let runs = runs("a", 6)
    let outcome = try pool(runs, jobs: 2) { run in
      "echo + >> \(diary); sleep 0.05; \(Self.finish(run)); echo - >> \(diary)"
    }.run()
    #expect(outcome.failures.isEmpty && outcome.signal == nil)
    #expect(runs.allSatisfy { $0.isFinished })
    var (running, most) = (0, 0)
    for line in try String(contentsOfFile: diary, encoding: .utf8).split(separator: "\n") {
      running += line == "+" ? 1 : -1
      most = max(most, running)
    }
    #expect(most == 2 && running == 0)
    let measured = RunMeasurement.saved(in: folder.file("journal"))
    #expect(measured.count == 6 && measured.allSatisfy { $0.status == 0 && $0.seconds > 0.05 })
  }

  @Test func failuresAreToldAndTheOthersGoOn() throws {
    let runs = runs("a", 4)
    let outcome = try pool(runs) { run in
      switch run.seed {
      case 1: "echo warning: x; echo 'error: \(run.folder.path): no luck; try again' >&2; exit 1"
      case 2: "kill -9 $$"
      case 3: "exit 0"
      default: Self.finish(run)
      }
    }.run()
    let failures = outcome.failures.sorted { $0.run < $1.run }
    #expect(failures.map(\.run) == ["a, seed 1", "a, seed 2", "a, seed 3"])
    #expect(failures[0].message == "no luck; try again" && failures[0].log == runs[1].log)
    #expect(failures[1].message.hasPrefix("its process was killed"))
    // Without a result a run is not finished, whatever its status.
    #expect(failures[2].message == "its process ended with status 0")
    #expect(runs[0].isFinished)
  }

  @Test func waitsForRunsOfAnotherProcess() throws {
    let (busy, free) = (runs("busy", 1), runs("free", 1))
    let path = busy[0].groupFolder
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var lock: ProcessLock? = try ProcessLock(folder: path)
    var events: [String] = []
    func report(_ event: RunPoolEvent) {
      switch event {
      case .waiting(let run): events.append("waiting for \(run.name)")
      case .finished(let run, _):
        events.append("finished \(run.name)")
        // The other process ends with its work half done.
        if run.name == "free" { lock = nil }
      case .started, .failed: break
      }
    }
    let outcome = try pool(busy + free, report: report, script: Self.finish).run()
    #expect(lock == nil && outcome.failures.isEmpty)
    #expect(events == ["waiting for busy", "finished free", "finished busy"])
  }

  @Test func waitsForTheLockOfTheRunItself() throws {
    // A process whose parent was killed is still saving.
    let run = runs("a", 1)[0]
    try run.folder.create()
    var lock: ProcessLock? = try ProcessLock(folder: run.folder.path)
    func report(_ event: RunPoolEvent) {
      if case .waiting = event { lock = nil }
    }
    let outcome = try pool([run], report: report, script: Self.finish).run()
    #expect(lock == nil && outcome.failures.isEmpty && run.isFinished)
  }

  @Test func signalStopsEverything() throws {
    var started = 0
    func report(_ event: RunPoolEvent) {
      if case .started = event { started += 1 }
    }
    let script = "trap 'exit 143' TERM; while :; do sleep 0.01; done"
    let outcome = try pool(
      runs("a", 4), stopSignal: { started == 2 ? SIGTERM : nil }, report: report,
      script: { _ in script }
    ).run()
    #expect(outcome.signal == SIGTERM && outcome.failures.isEmpty && started == 2)
  }
}
