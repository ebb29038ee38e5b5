// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

/// Files that another program cuts while they are mapped.
struct ShortenedFileTests {
  @Test func aLossWithinTheLastPageIsNoticed() throws {
    try withScratch { folder in
      let path = folder + "/a"
      try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: path))
      let file = try MappedFile(path: path)
      try file.checkWhole()
      truncate(path, 99)
      expectError(
        "\(path): another program shortened the file while it was being read; "
          + "restore it and start again"
      ) { try file.checkWhole() }
    }
  }

  /// The mapping keeps the file that was opened, whatever has its name now.
  @Test func aFileThatWasReplacedOrRemovedIsWhole() throws {
    try withScratch { folder in
      let path = folder + "/a"
      try Data(repeating: 7, count: 100).write(to: URL(fileURLWithPath: path))
      let file = try MappedFile(path: path)
      try Data([1]).write(to: URL(fileURLWithPath: path), options: .atomic)
      try file.checkWhole()
      try FileManager.default.removeItem(atPath: path)
      try file.checkWhole()
      #expect(file.withBytes { $0[99] } == 7)
    }
  }

  /// Among many mappings, some of which were given back.
  @Test func readingLostPagesNamesTheFile() async throws {
    let result = try #require(
      await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
        MappedFile.reportLosses()
        let folder = NSTemporaryDirectory() + "equipoise-shortened-\(getpid())"
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        var files = try (0..<600).map { number in
          let path = "\(folder)/\(number)"
          try Data(repeating: 7, count: 1 << 14).write(to: URL(fileURLWithPath: path))
          return try MappedFile(path: path)
        }
        files.removeFirst(100)
        truncate(folder + "/437", 0)
        // Unlinked files are still mapped; the one that was cut is the only one left to name.
        for number in 0..<600 where number != 437 { unlink("\(folder)/\(number)") }
        for file in files { print(file.withBytes { $0[1 << 13] }, terminator: "") }
      })
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    let found = try #require(message.firstMatch(of: /error: (.+)\/437: (.+)/))
    #expect(
      found.2
        == "another program shortened the file while it was being read; restore it and start "
        + "again")
    try FileManager.default.removeItem(atPath: String(found.1))
  }
}
