import Testing

@testable import Formats

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
    ("a,a\n1,2\n", "two columns have the same name; rename one"),
    (
      "a,b\n1,2\n\n1\n",
      "line 4 has 1 cells, the header has 2; "
        + "correct the line; cells that contain commas need quotes"
    ),
    (
      "a,b\n1,2,3\n",
      "line 2 has 3 cells, the header has 2; "
        + "correct the line; cells that contain commas need quotes"
    ),
    ("a,b\n1,\"2\n\n", "line 2 opens a quote that is never closed; " + rfc),
    ("a,b\n1,\"2\"3\n", "line 2 has text after a closing quote or a lone CR; " + rfc),
    ("a,b\n1,2\"3\n", "line 2 has a quote inside a cell that does not start with one; " + rfc),
    ("a,b\r1,2\r", "line 1 has text after a closing quote or a lone CR; " + rfc),
  ]

  @Test(arguments: faulty)
  func refusesFaultyTables(text: String, message: String) {
    expectError("a.csv: " + message) { _ = try parse(text) }
  }

  @Test func refusesOtherEncodings() {
    expectError("a.csv: line 2 is not UTF-8; " + Self.rfc) {
      _ = try (Array("a\n".utf8) + [0xE9]).withUnsafeBytes { try CSV.parse($0, path: "a.csv") }
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

  private static let rfc = "save the table as UTF-8 with quotes by RFC 4180"

  private func parse(_ text: String) throws -> CSVTable {
    try Array(text.utf8).withUnsafeBytes { try CSV.parse($0, path: "a.csv") }
  }
}
