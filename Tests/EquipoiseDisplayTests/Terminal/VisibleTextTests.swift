// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseDisplay

struct VisibleTextTests {
  @Test(arguments: [
    ("plain ü 漢字 👩‍💻 می‌خواهم", "plain ü 漢字 👩‍💻 می‌خواهم"), ("a\u{1B}[31mb", "a\\u001B[31mb"),
    ("a\u{7}b\u{8}\u{7F}", "a\\u0007b\\u0008\\u007F"), ("\u{9B}31m", "\\u009B31m"),
    ("x\u{202E}y\u{2066}z", "x\\u202Ey\\u2066z"), ("a\u{200B}b\u{FEFF}", "a\\u200Bb\\uFEFF"),
    ("a\u{2028}b", "a\\u2028b"), ("a\rb\tc", "a\\u000Db\\u0009c"),
    ("\u{E0041}", "\\uDB40\\uDC41"),
  ])
  func everythingThatSteersATerminalIsWrittenOut(_ text: String, _ visible: String) {
    #expect(VisibleText.of(text) == visible)
  }

  @Test func linesStayLinesButNotInsideACell() {
    #expect(VisibleText.of("a\nb") == "a\nb")
    #expect(VisibleText.ofLine("a\nb") == "a\\u000Ab")
    // A carriage return and a line feed are one character to Swift, and two here.
    #expect(VisibleText.of("a\r\nb") == "a\\u000D\nb")
  }

  @Test func jsonMeansTheSame() throws {
    let name = "a\u{202E}b\u{9B}\u{E0041}"
    let text = VisibleText.of(try JSONOutput.text([name]))
    let isASCII = text.unicodeScalars.allSatisfy { $0.isASCII }
    #expect(isASCII)
    #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == [name])
  }

  /// Nothing is printed past `Console`, which writes such characters out.
  @Test func everyCommandPrintsThroughTheConsole() throws {
    var sources = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { sources.deleteLastPathComponent() }
    let files = try ["EquipoiseCLI", "EquipoiseDisplay"].flatMap { target in
      let folder = sources.appending(path: "Sources/\(target)")
      let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      return try #require(found).compactMap { $0 as? URL }
    }
    var count = 0
    for file in files
    where file.pathExtension == "swift" && file.lastPathComponent != "Console.swift" {
      count += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      let calls = text.ranges(of: "print(").filter { call in
        !["Console.", "JSONOutput.", "format.", "func "].contains {
          text[..<call.lowerBound].hasSuffix($0)
        }
      }
      #expect(calls.isEmpty, "\(file.lastPathComponent)")
      #expect(!text.contains("FileHandle.standard") && !text.contains("fputs("))
    }
    #expect(count > 60)
  }
}
