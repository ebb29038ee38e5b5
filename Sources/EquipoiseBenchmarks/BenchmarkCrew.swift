// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch
import Foundation
import EquipoiseTraining
internal import EquipoiseWorkers

/// The workers of a benchmarked step: the process that is asked, and those that it has started and that follow it.
final class BenchmarkCrew {
  private let processes: [Process]
  let group: WorkerGroup
  private let store: WorkerStore

  /// Starts the followers of this process.
  ///
  /// - Parameters:
  ///   - setting: what all time.
  ///   - command: the program and arguments of a follower.
  /// - Throws: `EquipoiseError` when they do not start, or do not come.
  init(_ setting: BenchmarkSetting, command: [String]) throws {
    let store = try WorkerStore.served(at: "127.0.0.1")
    self.store = store
    processes = try (1..<setting.workers).map { rank in
      let place = Self.place(rank, of: setting.workers, store.port)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: command[0])
      process.arguments = Array(command.dropFirst())
      process.environment = ProcessInfo.processInfo.environment.merging(place.variables) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      return process
    }
    group = try JoinedWorkers(
      Self.place(0, of: setting.workers, store.port), within: 60
    ).group
    _ = try group.broadcast(try JSONEncoder().encode(setting))
  }

  private static func place(_ rank: Int, of count: Int, _ port: UInt16) -> WorkerMembership {
    WorkerMembership(
      rank: rank, count: count, localCount: count, host: "127.0.0.1", port: port, isServed: true)
  }

  /// Tells the followers how many steps to take; 0 ends them.
  func tell(_ steps: Int) throws { _ = try group.broadcast(Data("\(steps)".utf8)) }

  /// Waits for the followers' end.
  func end() throws {
    try tell(0)
    for process in processes { process.waitUntilExit() }
  }

  /// A follower: takes the steps that the first worker says.
  static func follow(catalogue: RunCatalogue) throws {
    guard
      let place = try WorkerMembership.found(in: ProcessInfo.processInfo.environment)
    else { return }
    let group = try JoinedWorkers(place, within: 60).group
    let setting = try JSONDecoder().decode(
      BenchmarkSetting.self, from: try group.broadcast(Data()))
    let benchmark = try StepBenchmark(setting, catalogue: catalogue, workers: group)
    while let count = Int(String(decoding: try group.broadcast(Data()), as: UTF8.self)), count > 0 {
      _ = try benchmark.run(steps: count)
    }
  }
}
