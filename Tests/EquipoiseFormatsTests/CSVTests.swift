// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

@Suite struct CSVTests {
  @Test func linesAreQuotedWhereTheyMust() {
    #expect(CSV.line(["plain", "a,\"b\"", ""]) == "plain,\"a,\"\"b\"\"\",\n")
  }

  @Test func readsWhatPythonWrites() throws {
    let table = try CSV.read(fixture("table.csv"))
    #expect(table.header == ["id", "label", "said \"text\""])
    #expect(table.rowCount == 5)
    #expect(try table.column("id") == ["a", "b", "c", "d", "é"])
    #expect(try table.integers("label") == [1, 2, 3, 4, 5])
    #expect(
      try table.column("said \"text\"")
        == ["plain", "with, comma", "two\nlines and \"quotes\"", "", "naïve"])
    // The row of "c" spans two lines.
    #expect((0..<5).map(table.line(ofRow:)) == [2, 3, 4, 6, 7])
  }

  /// Text → columns.
  static let accepted: [(String, [[String]])] = [
    ("a,b\n1,2", [["1"], ["2"]]),
    ("a,b\r\n1,2\r\n", [["1"], ["2"]]),
    ("a,b\n\n1,2\n\n\n", [["1"], ["2"]]),
    ("a,b\n,\n", [[""], [""]]),
    ("a\n\n1\n", [["", "1"]]),
    ("a,b\n\"\",\"\"\"\"\n", [[""], ["\""]]),
    ("a,b", [[], []]),
    // As spreadsheets and other programs write them.
    ("a;b\n1,5;2\n", [["1,5"], ["2"]]),
    ("a\tb\n1\t\"x\ty\"\n", [["1"], ["x\ty"]]),
    ("a|b\n1|2\n", [["1"], ["2"]]),
    ("sep=;\r\na,b;c\r\n1;2\r\n", [["1"], ["2"]]),
    ("a,b\r1,2\r3,4", [["1", "3"], ["2", "4"]]),
    ("a,\"b;c\"\n1;,2\n", [["1;"], ["2"]]),
    ("a,b;c\nx,y\n", [["x"], ["y"]]),
    (" a , b \n1, 2\n", [["1"], [" 2"]]),
    ("a,b,,\n1,2,,\n", [["1"], ["2"]]),
    (",a\n0,x\n1,y\n", [["0", "1"], ["x", "y"]]),
  ]

  @Test(arguments: accepted)
  func readsUnusualTables(text: String, columns: [[String]]) throws {
    let table = try parse(text)
    #expect(try table.header.map(table.column) == columns)
  }

  /// Text → error.
  static let faulty: [(String, String)] = [
    ("", "is empty; give a first line with the columns' names"),
    ("\n\n", "is empty; give a first line with the columns' names"),
    ("a,a\n1,2\n", "two columns are called 'a'; rename one"),
    (
      "a,b\n1,2\n\n1\n",
      "line 4 has 1 cells, the header has 2; " + width
    ),
    (
      "a,b\n1,2,3\n",
      "line 2 has 3 cells, the header has 2; " + width
    ),
    ("a,b\n1,\"2\n\n", "line 2 opens a quote that is never closed; " + rfc),
    ("a,b\n1,\"2\"3\n", "line 2 has text after a closing quote or a lone CR; " + rfc),
    ("a,b\n1,2\"3\n", "line 2 has a quote inside a cell that does not start with one; " + rfc),
    ("a,b\r1,2\n", "line 1 has text after a closing quote or a lone CR; " + rfc),
    ("a,,\n1,2,3\n", "columns 2 and 3 have no name; name them in the first line"),
    (
      "a,b|c\n1,2|3\n",
      "may be separated by commas or bars; say which with a first line such as 'sep=,'"
    ),
    ("{\"a\": 1}\n", "is JSON, not a table of cells; call it .jsonl or .json"),
  ]

  @Test(arguments: faulty)
  func refusesFaultyTables(text: String, message: String) {
    expectError("a.csv: " + message) { _ = try parse(text) }
  }

  @Test func refusesOtherEncodings() {
    expectError(
      "a.csv: line 2 is not UTF-8; save the table as UTF-8; if it is from Excel: "
        + "iconv -f WINDOWS-1252 -t UTF-8 FILE"
    ) {
      _ = try (Array("a\n".utf8) + [0xE9]).withUnsafeBytes { try CSV.parse($0, path: "a.csv") }
    }
  }

  @Test func lineNumbersCountTheSeparatorsLine() throws {
    #expect(try parse("sep=;\na;b\n1;2\n").line(ofRow: 0) == 3)
  }

  @Test func readsUTF16WithItsMark() throws {
    let text = "a;b\r\nÄ;\"x\ny\"\r\n"
    for order in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
      let mark: [UInt8] = order == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
      let table = try read(mark + Array(try #require(text.data(using: order))))
      #expect(try table.header.map(table.column) == [["Ä"], ["x\ny"]])
    }
    #expect(try read([0xEF, 0xBB, 0xBF] + Array("a\n1\n".utf8)).header == ["a"])
  }

  /// Start of a file → what it is.
  @Test(
    arguments: [
      ([0x50, 0x4B, 3, 4], "is an Excel workbook (xlsx) or another zip archive"),
      ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "is an Excel workbook (xls)"),
      (Array("PAR1".utf8), "is a Parquet file"), ([0x1F, 0x8B, 8], "is compressed by gzip"),
      (Array("  <!DOCTYPE html>".utf8), "is a web page"),
      ([0xFF, 0xFE, 0, 0, 97, 0, 0, 0], "is UTF-32"),
      ([97, 0, 44, 0, 98, 0], "is not text, or is UTF-16 without a byte-order mark"),
      ([0xFF, 0xFE, 97], "is UTF-16 that ends in the middle of a character"),
      ([0xFF, 0xFE, 0, 0xD8, 97, 0], "is not sound UTF-16"),
    ] as [([UInt8], String)])
  func saysWhatIsNoTable(start: [UInt8], reason: String) throws {
    #expect { try read(start) } throws: { ($0 as? FormatError)?.reason == reason }
  }

  private func read(_ bytes: [UInt8]) throws -> TextTable {
    try withScratch { folder in
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/a.csv"))
      return try CSV.read(folder + "/a.csv")
    }
  }

  @Test func namesTheCellThatIsNoNumber() throws {
    let table = try parse("a,label\n1,2\n1,two\n")
    expectError(
      "a.csv: line 3, column 'label': 'two' is not a whole number; "
        + "correct the cell or name another column"
    ) {
      _ = try table.integers("label")
    }
    expectError("a.csv: has no column 'lable'; did you mean 'label'?") {
      _ = try table.column("lable")
    }
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-2 degrees", "'-2 degrees"), ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"), ("\r=1", "\"'\r=1\""), ("=a,b", "\"'=a,b\""), ("-", "'-"),
    ("-1.5", "-1.5"), ("+3", "+3"), ("-1e-5", "-1e-5"), ("-inf", "-inf"), ("a=b", "a=b"), ("", ""),
  ])
  func textThatASpreadsheetWouldRunIsText(_ cell: String, _ written: String) {
    #expect(CSV.line([cell, "x"]) == written + ",x\n")
  }

  @Test func refusesFilesOverTheLimit() throws {
    let path = try fixture("table.csv")
    expectError(
      "\(path): takes 110 bytes, more than the limit of 100; "
        + "split the table, or store numbers as npy"
    ) {
      _ = try CSV.read(path, sizeLimit: 100)
    }
  }

  private static let width =
    "correct the line; cells that contain commas need quotes, and row names a column of their own"
  private static let rfc = "save the table as UTF-8 with quotes by RFC 4180"

  private func parse(_ text: String) throws -> TextTable {
    try Array(text.utf8).withUnsafeBytes { try CSV.parse($0, path: "a.csv") }
  }
}
