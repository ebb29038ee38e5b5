// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
package import Foundation

/// A file of JSON records, one a line, to which whole lines are appended.
///
/// Each record is one `write`, so a process that is killed leaves no half line. Keys are sorted.
/// JSON has no infinities: they and not-a-number become the strings `Infinity`, `-Infinity` and
/// `NaN`, which say what happened where null would not.
package final class JSONLines {
  /// The file.
  package var path: String { file.path }
  /// The length of the file; `truncate(toBytes:)` goes back to it.
  package var byteCount: Int { file.byteCount }
  /// The CRC-32 of the whole file, as `gzip` computes it: what makes a changed line noticeable.
  package private(set) var checksum: UInt32
  private let file: AppendedFile

  /// Opens the file at `path`, making it if it is absent. Throws `FormatError`.
  package init(path: String) throws {
    file = try AppendedFile(path: path)
    checksum = CRC32.of(try file.content())
  }

  /// Appends `record`. If the disk is full the file keeps its former length.
  package func append(_ record: some Encodable) throws {
    let line = try Self.line(record)
    try file.append(line)
    checksum = CRC32.of(line, continuing: checksum)
  }

  /// Waits until every record is on the disk: a barrier to what is written after.
  package func synchronise() throws { try file.synchronise() }

  /// Whether the first `count` bytes are those whose `checksum` was this.
  ///
  /// - Parameters:
  ///   - count: the `byteCount` of an earlier moment.
  ///   - checksum: the `checksum` of that moment; `nil` where it was not kept.
  /// - Returns: `false` when the file has become shorter or has changed.
  /// - Throws: `FormatError` when it cannot be read.
  package func begins(with count: Int, checksum: UInt32?) throws -> Bool {
    guard (0...byteCount).contains(count) else { return false }
    guard let checksum else { return true }
    return CRC32.of(try file.content().prefix(count)) == checksum
  }

  /// Cuts the file to its first `count` bytes, the `byteCount` of an earlier moment.
  package func truncate(toBytes count: Int) throws {
    guard (0...byteCount).contains(count) else {
      throw EquipoiseError(
        .checkpoint, "has \(byteCount) bytes where \(count) were written before", at: path,
        fix: "restore the file, or start a new run")
    }
    guard count < byteCount else { return }
    try file.truncate(toBytes: count)
    checksum = CRC32.of(try file.content())
  }

  /// Cuts the file to its first `count` lines, or leaves it when it has no more.
  package func truncate(toLines count: Int) throws {
    let content = try file.content()
    var remaining = count
    let end = content.firstIndex { byte in
      guard remaining > 0 else { return true }
      if byte == UInt8(ascii: "\n") { remaining -= 1 }
      return false
    }
    try truncate(toBytes: end ?? content.count)
  }

  /// `record` as one line with its line feed.
  package static func line(_ record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .named
    return try encoder.encode(record) + [UInt8(ascii: "\n")]
  }
}

extension JSONEncoder.NonConformingFloatEncodingStrategy {
  /// JSON has no infinities: `Infinity`, `-Infinity` and `NaN` stand for them as text.
  package static var named: Self {
    .convertToString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  }
}

extension JSONDecoder.NonConformingFloatDecodingStrategy {
  /// Reads them back.
  package static var named: Self {
    .convertFromString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  }
}
