// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation
import EquipoiseTorch
package import EquipoiseTraining

/// One side of a benchmark: a process that takes steps of a setting when it is told to. This program
/// and `Benchmarks/pytorch_step.py` speak alike, so that every side has its own memory and no side
/// works while another is timed.
///
/// It reads the setting as one line of JSON, answers with a ``Greeting``, and then for each line with a
/// number of steps answers with a ``Timing``; 0 ends it.
package final class BenchmarkProcess {
  /// What a process says before its first step.
  package struct Greeting: Codable, Sendable {
    /// libtorch's version.
    package let version: String
    /// Multiply-adds of a training step for each sample, where the process counts them.
    package var multiplyAddsPerSample: Int?
  }

  /// What a number of steps took.
  package struct Timing: Codable, Sendable {
    /// Wall-clock seconds.
    package let seconds: Double
    /// The most memory the process has had, in bytes.
    package let peakMemory: Int
    /// The most memory of an accelerator that its tensors have held, in bytes; nil on the processor.
    package var peakDeviceMemory: Int?
    /// Seconds of these that common operations of workers took; nil of one process.
    package var waitedSeconds: Double?
  }

  /// What the process said of itself.
  package private(set) var greeting = Greeting(version: "")
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()

  /// Starts a process.
  ///
  /// - Parameters:
  ///   - setting: what it times.
  ///   - command: the program and its arguments.
  ///   - environment: its environment; nil gives this process's.
  /// - Throws: `EquipoiseError` when it does not start.
  package init(
    _ setting: BenchmarkSetting, command: [String], environment: [String: String]? = nil
  ) throws {
    // A process that died is an error with a message; writing to it must not end this one.
    signal(SIGPIPE, SIG_IGN)
    if let environment { process.environment = environment }
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try tell(try JSONEncoder().encode(setting))
    greeting = try Self.decode(Greeting.self, from: try line())
  }

  /// The same step in PyTorch eager, whose threads wait as they do without this program around it.
  ///
  /// - Parameters:
  ///   - setting: what it times.
  ///   - python: the interpreter, with PyTorch installed.
  ///   - script: `Benchmarks/pytorch_step.py`.
  /// - Throws: `EquipoiseError` when it does not start or has no PyTorch.
  package convenience init(
    pyTorch setting: BenchmarkSetting, python: String, script: String
  ) throws {
    for path in [python, script] where !FileManager.default.fileExists(atPath: path) {
      throw EquipoiseError(
        .usage, "the file does not exist", at: path,
        fix:
          "\(.byMake("install PyTorch", target: "pytorch")), or name an interpreter that has PyTorch with \(.argument("python=FILE"))"
      )
    }
    try self.init(
      setting, command: [python, script],
      environment: Spinning.withoutOurs(ProcessInfo.processInfo.environment))
  }

  /// Lets the process take some steps.
  ///
  /// - Parameter count: how many.
  /// - Returns: what they took.
  /// - Throws: `EquipoiseError` when the process died.
  package func run(steps count: Int) throws -> Timing {
    try tell(Data("\(count)".utf8))
    return try Self.decode(Timing.self, from: try line())
  }

  /// Ends the process.
  package func stop() {
    try? tell(Data("0".utf8))
    process.waitUntilExit()
  }

  private func tell(_ line: Data) throws {
    do { try input.fileHandleForWriting.write(contentsOf: line + [10]) } catch { throw ended }
  }

  private func line() throws -> Data {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        defer { buffer.removeSubrange(...end) }
        return Data(buffer[..<end])
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw ended }
      buffer.append(more)
    }
  }

  private var ended: EquipoiseError {
    EquipoiseError(
      .usage, "a process of the benchmark ended", at: process.executableURL?.path,
      fix: "see its message above")
  }

  private static func decode<T: Decodable>(_ type: T.Type, from line: Data) throws -> T {
    try JSONDecoder().decode(type, from: line)
  }
}

extension BenchmarkProcess {
  /// The other end, in this program: serves one setting until standard input ends or says 0.
  ///
  /// - Parameters:
  ///   - arguments: those with which this program is another worker of the same setting (``follow(catalogue:)``).
  ///   - catalogue: what the setting may name.
  /// - Throws: what a step throws, and when another worker has gone.
  package static func serve(
    followedBy arguments: [String], catalogue: RunCatalogue = .inUse
  ) throws {
    guard let first = readLine() else { return }
    let setting = try JSONDecoder().decode(BenchmarkSetting.self, from: Data(first.utf8))
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let crew =
      try setting.workers > 1
      ? BenchmarkCrew(setting, command: [program] + arguments) : nil
    let benchmark = try StepBenchmark(setting, catalogue: catalogue, workers: crew?.group)
    try answer(
      Greeting(
        version: Runtime.version, multiplyAddsPerSample: benchmark.multiplyAddsPerSample))
    while let line = readLine(), let count = Int(line), count > 0 {
      try crew?.tell(count)
      let waited = crew?.group.waitedSeconds
      let seconds = try benchmark.run(steps: count)
      try answer(
        Timing(
          seconds: seconds, peakMemory: Hardware.peakMemory,
          peakDeviceMemory: benchmark.device.memory?.peak,
          waitedSeconds: waited.flatMap { before in crew.map { $0.group.waitedSeconds - before } }))
    }
    try crew?.end()
  }

  /// A worker beside the process that serves: takes the steps that it says.
  package static func follow(catalogue: RunCatalogue = .inUse) throws {
    try BenchmarkCrew.follow(catalogue: catalogue)
  }

  private static func answer(_ value: some Encodable) throws {
    var data = try JSONEncoder().encode(value)
    data.append(10)
    try FileHandle.standardOutput.write(contentsOf: data)
  }
}
