// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// The built program `equipoise`, run as its users run it.
enum CommandLineTool {
  /// What a finished process left.
  struct Outcome {
    /// The exit status; 128 + N after an uncaught signal N, as a shell reports it.
    let status: Int32
    let output: String
    let errors: String

    /// The output's one JSON object.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(value as? [String: Any])
    }
  }

  /// A process under way.
  final class Running {
    let process = Process()
    private let folder: TemporaryFolder

    fileprivate init(program: URL, _ arguments: [String]) throws {
      folder = try TemporaryFolder()
      // Files, not pipes, which would fill up while nobody reads.
      for name in ["out", "err"] {
        _ = FileManager.default.createFile(atPath: folder.file(name), contents: nil)
      }
      process.executableURL = program
      process.arguments = arguments
      process.standardOutput = FileHandle(forWritingAtPath: folder.file("out"))
      process.standardError = FileHandle(forWritingAtPath: folder.file("err"))
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    /// What it has written to standard output until now.
    var output: String { (try? String(contentsOfFile: folder.file("out"), encoding: .utf8)) ?? "" }

    /// Waits for the end.
    func finish() throws -> Outcome {
      process.waitUntilExit()
      let wasKilled = process.terminationReason == .uncaughtSignal
      return Outcome(
        status: process.terminationStatus + (wasKilled ? 128 : 0),
        output: try String(contentsOfFile: folder.file("out"), encoding: .utf8),
        errors: try String(contentsOfFile: folder.file("err"), encoding: .utf8))
    }
  }

  /// Runs the program to its end, `after` what a shell does first, such as setting a limit.
  static func run(_ arguments: [String], after shell: String? = nil) throws -> Outcome {
    try start(arguments, after: shell).finish()
  }

  /// Starts the program, `after` what a shell does first.
  static func start(_ arguments: [String], after shell: String? = nil) throws -> Running {
    guard let shell else { return try Running(program: executable, arguments) }
    let script = shell + "; exec \"$0\" \"$@\""
    return try Running(program: Self.shell, ["-c", script, executable.path] + arguments)
  }

  /// Runs a shell's commands to their end.
  static func run(script: String) throws -> Outcome {
    try Running(program: shell, ["-c", script]).finish()
  }

  private static let shell = URL(fileURLWithPath: "/bin/sh")

  /// Beside the test bundle.
  static let executable: URL = {
    final class InBundle {}
    #if os(macOS)
      let bundle = Bundle(for: InBundle.self).bundleURL
    #else
      let bundle = Bundle.main.bundleURL.appendingPathComponent("tests.xctest")
    #endif
    return bundle.deletingLastPathComponent().appendingPathComponent("equipoise")
  }()
}
