// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

/// Damage of the list of checksums itself.
struct ChecksumListTests {
  private static let line = String(repeating: "0", count: 64) + "  a.json"

  @Test(arguments: ["\0\n", "\0", "\u{1}\n", "\t\n", "\n\0\0\0"])
  func bytesThatNoNameHas(_ ending: String) throws {
    try withScratch { path in
      let list = path + "/" + Checksums.fileName
      try Data((Self.line + "\n").utf8).write(to: URL(fileURLWithPath: list))
      #expect(try Checksums(folder: path).digests.keys.sorted() == ["a.json"])
      try Data((Self.line + ending).utf8).write(to: URL(fileURLWithPath: list))
      #expect(throws: FormatError.self) { _ = try Checksums(folder: path) }
    }
  }
}
