import Foundation
import Testing

/// The commands that README shows, as they stand there.
struct ReadmeTests {
  @Test func everyCommandWorks() throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../README.md")
    let commands = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("equipoise ") }
    #expect(commands.count >= 3)
    let folder = try TemporaryFolder()
    for command in commands {
      let words = command.split(separator: " ").dropFirst().map(String.init)
      let outcome = try CommandLineTool.run(words, after: "cd '\(folder.path)'")
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
    }
  }
}
