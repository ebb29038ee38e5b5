// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseFormats

/// The path of a file written by References/formats.py.
func fixture(_ name: String) throws -> String {
  let folder = try #require(Bundle.module.resourceURL)
  return folder.appendingPathComponent("Fixtures/" + name).path
}

/// The content of a file written by References/formats.py.
func fixtureBytes(_ name: String) throws -> [UInt8] {
  try content(of: fixture(name))
}

/// The content of any file.
func content(of path: String) throws -> [UInt8] {
  try MappedFile(path: path).withBytes { Array($0) }
}

/// Calls `body` with a new folder, which is removed afterwards.
func withScratch<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("formats-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// Expects `body` to throw the `FormatError` that reads `description`.
func expectError(
  _ description: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) { try body() }
  #expect(error?.description == description, sourceLocation: sourceLocation)
}

/// Where `pattern` first occurs in `bytes`.
func index(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
  bytes.indices.first { bytes[$0...].starts(with: pattern) }
}

extension HostArray {
  /// The elements' bytes.
  var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}

/// What most fixtures hold, as 2 rows of 3.
let values: [Float] = [0, 20, 40, 60, 80, 100]

/// The usual remedy for damage.
let copyAgain = "the file is damaged or incomplete: copy or make it again"
