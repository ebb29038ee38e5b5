import Foundation
import Testing

/// Rules for the sources that no compiler keeps.
struct SourceTests {
  /// Foundation's errors print as a dictionary and offer no remedy: only `FileSystem` and its neighbours
  /// ask Foundation for what can fail, and turn its errors into sentences.
  @Test func noErrorOfFoundationReachesTheUser() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources").standardizedFileURL.path
    let files = try #require(FileManager.default.enumerator(atPath: sources))
      .compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("Formats/Storage/") }
    #expect(files.count > 400)
    let throwing = [
      "try FileManager.default", "try Data(contentsOf", "try String(contentsOf",
    ]
    for file in files {
      let text = try String(contentsOfFile: sources + "/" + file, encoding: .utf8)
      for call in throwing where text.contains(call) {
        Issue.record("\(file) has '\(call)': use FileSystem")
      }
    }
  }
}
