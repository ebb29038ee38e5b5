import Foundation

/// A file of JSON records, one a line, to which whole lines are appended.
///
/// Each record is one `write`, so a process that is killed leaves no half line. Keys are sorted.
/// JSON has no infinities: they and not-a-number become the strings `Infinity`, `-Infinity` and
/// `NaN`, which say what happened where null would not.
package final class JSONLines {
  /// The file.
  package let path: String
  /// The length of the file; `truncate(toBytes:)` goes back to it.
  package private(set) var byteCount: Int
  private let file: FileDescriptor

  /// Opens the file at `path`, making it if it is absent.
  package init(path: String) throws {
    self.path = path
    file = try FileDescriptor(path, flags: O_RDWR | O_CREAT | O_APPEND)
    byteCount = Int(lseek(file.number, 0, SEEK_END))
  }

  /// Appends `record`. If the disk is full the file keeps its former length.
  package func append(_ record: some Encodable) throws {
    let line = try Self.line(record)
    let written = line.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
    let code = written < 0 ? errno : ENOSPC
    guard written == line.count else {
      ftruncate(file.number, off_t(byteCount))
      throw EquipoiseError.system("append to the file", path, code: code)
    }
    byteCount += line.count
  }

  /// Waits until every record is on the disk.
  package func synchronise() throws {
    guard fsync(file.number) == 0 else {
      throw EquipoiseError.system("write the file to disk", path)
    }
  }

  /// Cuts the file to its first `count` bytes, the `byteCount` of an earlier moment.
  package func truncate(toBytes count: Int) throws {
    guard (0...byteCount).contains(count) else {
      throw EquipoiseError(
        .checkpoint, "has \(byteCount) bytes where \(count) were written before", at: path,
        fix: "restore the file, or start a new run")
    }
    guard ftruncate(file.number, off_t(count)) == 0 else {
      throw EquipoiseError.system("shorten the file", path)
    }
    byteCount = count
  }

  /// Cuts the file to its first `count` lines, or leaves it when it has no more.
  package func truncate(toLines count: Int) throws {
    guard let content = FileManager.default.contents(atPath: path) else {
      throw EquipoiseError.system("read the file", path)
    }
    var remaining = count
    let end = content.firstIndex { byte in
      guard remaining > 0 else { return true }
      if byte == UInt8(ascii: "\n") { remaining -= 1 }
      return false
    }
    try truncate(toBytes: end ?? content.count)
  }

  /// `record` as one line with its line feed.
  static func line(_ record: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(record) + [UInt8(ascii: "\n")]
  }
}
