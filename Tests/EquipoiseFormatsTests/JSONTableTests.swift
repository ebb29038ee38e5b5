// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

struct JSONTableTests {
  private func read(_ text: String) throws -> TextTable {
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

  @Test func whateverProgramsWrite() throws {
    let table = try read(
      "\u{FEFF}{\"a\": 1.50, \"b\": true, \"c\": [\"x\", 2]}\n{\"a\": 1e3, \"b\": {\"d\": null}}")
    #expect(try table.column("a") == ["1.50", "1e3"])
    #expect(try table.column("b") == ["true", "{\"d\": null}"])
    #expect(try table.column("c") == ["[\"x\", 2]", ""])
    let list = try read(" [\n{\"a\": \"x\"},\n\n{\"a\": \"y\",\n\"b\": 2}]\n")
    #expect(try list.header.map(list.column) == [["x", "y"], ["", "2"]])
    #expect((0..<2).map(list.line(ofRow:)) == [2, 4])
  }

  /// Every line with a key of its own would make a table of lines × lines.
  @Test func keysThatAreData() throws {
    let lines = (0..<1001).map { "{\"k\($0)\": 1}\n" }
    #expect { try read(lines.joined()) } throws: {
      ($0 as? FormatError)?.reason == "line 1001 has the 1001st different key"
    }
    let many = (0..<20_000).map { "{\"k\($0 % 900)\": 1}\n" }
    #expect { try read(many.joined()) } throws: {
      ($0 as? FormatError)?.reason == "has 900 different keys, few of them in each line"
    }
  }

  @Test(
    arguments: [
      ("", "is empty"), ("{\"a\": 1}\n[1]", "line 2 is not a JSON object"),
      ("{\n\"a\": 1\n}", "line 1 is not valid JSON at byte 1"),
      ("{\"a\": {\"0\": 1}}", "holds one object with lists or objects in it"),
      ("[{\"a\": 1},\n2]", "line 2 is not a JSON object"),
      ("[{\"a\": 1}", "is not valid JSON at byte 9"),
      ("{\"a\": 1", "line 1 is not valid JSON at byte 7"),
      ("{\"a\": 1, \"a\": 2}", "line 1 has the key 'a' twice"),
    ])
  func faultyLines(text: String, reason: String) {
    #expect { try read(text) } throws: { ($0 as? FormatError)?.reason == reason }
  }
}
