import Foundation
import Testing

@testable import Formats

struct JSONTableTests {
  private func read(_ text: String) throws -> CSVTable {
    try withScratch { folder in
      let path = folder + "/table.jsonl"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try JSONTable.read(path)
    }
  }

  @Test func keysAreColumns() throws {
    let table = try read("{\"b\": 3, \"a\": \"x\"}\r\n\n{\"c\": null, \"a\": \"y\"}\n")
    #expect(table.header == ["a", "b", "c"])
    #expect(try table.column("a") == ["x", "y"])
    #expect(try table.column("b") == ["3", ""])
    #expect(try table.column("c") == ["", ""])
    #expect(table.line(ofRow: 1) == 3)
  }

  @Test(
    arguments: [
      ("", "is empty"), ("{\"a\": 1}\n[1]", "line 2 is no JSON object"),
      ("{\"a\": 1.5}", "line 1 has a member that is neither text nor a whole number"),
      ("{\"a\": 1", "line 1 is not valid JSON at byte 7"),
      ("{\"a\": 1, \"a\": 2}", "line 1 has the key 'a' twice"),
    ])
  func faultyLines(text: String, reason: String) {
    #expect { try read(text) } throws: { ($0 as? FormatError)?.reason == reason }
  }
}
