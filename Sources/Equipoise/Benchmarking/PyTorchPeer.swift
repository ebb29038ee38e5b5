import Foundation

/// The same step in PyTorch eager, in a Python process that is told when to run.
package final class PyTorchPeer {
  /// What a number of steps took.
  package struct Timing: Codable, Sendable {
    /// Wall-clock seconds.
    package let seconds: Double
    /// The most memory the process has had, in bytes.
    package let peakMemory: Int
  }

  /// PyTorch's own version.
  package private(set) var version = ""
  private let process = Process()
  private let toPeer = Pipe()
  private let fromPeer = Pipe()
  private var buffer = Data()

  private struct Greeting: Codable {
    let version: String
  }

  /// Starts the peer.
  ///
  /// - Parameters:
  ///   - setting: what it times.
  ///   - python: the interpreter, with PyTorch installed.
  ///   - script: `Benchmarks/pytorch_step.py`.
  /// - Throws: `EquipoiseError` when it does not start or has no PyTorch.
  package init(_ setting: BenchmarkSetting, python: String, script: String) throws {
    for path in [python, script] where !FileManager.default.fileExists(atPath: path) {
      throw EquipoiseError(
        .usage, "the file does not exist", at: path,
        fix: "run 'make pytorch', or name an interpreter that has PyTorch with --python")
    }
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script]
    process.standardInput = toPeer
    process.standardOutput = fromPeer
    try process.run()
    var data = try JSONEncoder().encode(setting)
    data.append(10)
    try toPeer.fileHandleForWriting.write(contentsOf: data)
    version = try Self.decode(Greeting.self, from: try line()).version
  }

  /// Lets the peer take some steps.
  ///
  /// - Parameter count: how many.
  /// - Returns: what they took.
  /// - Throws: `EquipoiseError` when the peer died.
  package func run(steps count: Int) throws -> Timing {
    try toPeer.fileHandleForWriting.write(contentsOf: Data("\(count)\n".utf8))
    return try Self.decode(Timing.self, from: try line())
  }

  /// Ends the peer.
  package func stop() {
    try? toPeer.fileHandleForWriting.write(contentsOf: Data("0\n".utf8))
    process.waitUntilExit()
  }

  private func line() throws -> Data {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        defer { buffer.removeSubrange(...end) }
        return Data(buffer[..<end])
      }
      let more = fromPeer.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw EquipoiseError(
          .usage, "the PyTorch process ended", at: process.executableURL?.path,
          fix: "see its message above; PyTorch must be installed there")
      }
      buffer.append(more)
    }
  }

  private static func decode<T: Decodable>(_ type: T.Type, from line: Data) throws -> T {
    try JSONDecoder().decode(type, from: line)
  }
}
