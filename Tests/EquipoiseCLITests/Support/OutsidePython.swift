// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// The Python of `.outside/`, whose packages read what Equipoise writes. `make test` installs it; without
/// it (`scripts/setup-outside`) its tests are skipped.
enum OutsidePython {
  static let isInstalled = FileManager.default.isExecutableFile(atPath: interpreter.path)

  /// Runs a script of Tests/Outside and returns the JSON object that it prints.
  static func run(_ script: String, _ arguments: [String]) throws -> [String: Any] {
    let output = try output(of: [root.appending(path: "Tests/Outside/" + script).path] + arguments)
    return try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
  }

  /// What Python prints, which must succeed; `place` is its working folder if it is not to be ours.
  static func output(of arguments: [String], in place: String? = nil) throws -> Data {
    let folder = try TemporaryFolder()
    let files = ["out", "err"].map { folder.file($0) }
    for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    let process = Process()
    process.executableURL = interpreter
    process.arguments = arguments
    if let place { process.currentDirectoryURL = URL(fileURLWithPath: place) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: files[0])
    process.standardError = FileHandle(forWritingAtPath: files[1])
    try process.run()
    process.waitUntilExit()
    let errors = try String(contentsOfFile: files[1], encoding: .utf8)
    try #require(process.terminationStatus == 0, "\(errors)")
    return try Data(contentsOf: URL(fileURLWithPath: files[0]))
  }

  private static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder
  }()

  private static let interpreter = root.appending(path: ".outside/bin/python")
}
