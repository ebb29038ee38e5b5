// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit

struct JSONLinesTests {
  struct Record: Encodable {
    var loss: Double
    var epoch = 1
  }

  private func content(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func appendsOneSortedLinePerRecord() throws {
    let folder = try TemporaryFolder()
    let lines = try JSONLines(path: folder.file("metrics.jsonl"))
    try lines.append(Record(loss: 0.1))
    try lines.append(["path": "a/b"])
    #expect(try content(lines.path) == "{\"epoch\":1,\"loss\":0.1}\n{\"path\":\"a/b\"}\n")
    #expect(lines.byteCount == 38)
  }

  @Test(arguments: [
    (Double.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""), (.nan, "\"NaN\""),
    (1e-8, "1e-08"),
  ])
  func writesNumbersThatJSONLacksAsStrings(value: Double, expected: String) throws {
    let folder = try TemporaryFolder()
    let lines = try JSONLines(path: folder.file("metrics.jsonl"))
    try lines.append(["x": value])
    #expect(try content(lines.path) == "{\"x\":\(expected)}\n")
  }

  @Test func continuesAFileAndGoesBackToAnEarlierLength() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("{\"a\":1}\n", to: "metrics.jsonl")
    let lines = try JSONLines(path: path)
    let saved = lines.byteCount
    #expect(saved == 8)
    try lines.append(["b": 2])
    try lines.truncate(toBytes: saved)
    try lines.append(["c": 3])
    try lines.synchronise()
    #expect(try content(path) == "{\"a\":1}\n{\"c\":3}\n")
  }

  @Test(arguments: [(0, ""), (1, "1\n"), (2, "1\n2\n"), (3, "1\n2\n3"), (9, "1\n2\n3")])
  func keepsTheFirstLines(count: Int, expected: String) throws {
    let folder = try TemporaryFolder()
    let lines = try JSONLines(path: try folder.write("1\n2\n3", to: "lines"))
    try lines.truncate(toLines: count)
    #expect(try content(lines.path) == expected)
    #expect(lines.byteCount == expected.utf8.count)
  }

  @Test func refusesToGoBackToMoreThanThereIs() throws {
    let folder = try TemporaryFolder()
    let lines = try JSONLines(path: try folder.write("1\n", to: "lines"))
    let text = message { try lines.truncate(toBytes: 3) }
    #expect(
      text == "\(lines.path): has 2 bytes where 3 were written before; "
        + "restore the file, or start a new run")
  }

  @Test func namesTheFileThatCannotBeOpened() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("absent/metrics.jsonl")
    #expect(
      message { _ = try JSONLines(path: path) }
        == "\(path): cannot open the file: No such file or directory; check the path")
  }

  @Test func aChangedOrShortenedFileIsNoticed() throws {
    let folder = try TemporaryFolder()
    let lines = try JSONLines(path: folder.file("metrics.jsonl"))
    try lines.append(["a": 1])
    // zlib.crc32(b'{"a":1}\n')
    #expect(lines.checksum == 0x74E8_A346)
    let (count, checksum) = (lines.byteCount, lines.checksum)
    try lines.append(["b": 2])
    #expect(try lines.begins(with: count, checksum: checksum))
    #expect(try lines.begins(with: count, checksum: nil))
    #expect(try !lines.begins(with: lines.byteCount + 1, checksum: nil))
    try "{\"a\":2}\n{\"b\":2}\n".write(toFile: lines.path, atomically: false, encoding: .utf8)
    #expect(try !lines.begins(with: count, checksum: checksum))
    try lines.truncate(toBytes: count)
    // zlib.crc32(b'{"a":2}\n')
    #expect(lines.checksum == 0x76AE_1D1F)
  }

  #if os(Linux)
    /// In a process of its own, where a file may have ten bytes: the second write gets two in.
    @Test func aWriteThatStopsHalfwayLeavesNoHalfLine() async {
      await #expect(processExitsWith: .success) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 10, rlim_max: 10)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let folder = try TemporaryFolder()
        let lines = try JSONLines(path: folder.file("metrics.jsonl"))
        try lines.append(["a": 1])
        #expect(throws: FormatError.self) { try lines.append(["b": 2]) }
        let content = try String(contentsOfFile: lines.path, encoding: .utf8)
        #expect(content == "{\"a\":1}\n")
        #expect(lines.byteCount == 8)
      }
    }
  #endif
}
