// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Replacing a file so that readers and crashes see either the old content or the new, never a mix.
package enum AtomicFile {
  /// Writes a temporary file beside `path` through `body`, flushes it to disk and renames it.
  ///
  /// When anything fails (`FormatError` of the system, or what `body` throws) the temporary file
  /// is removed and what was at `path` stays as it was. On return the new file is on the disk.
  package static func write(to path: String, body: (FileSink) throws -> Void) throws {
    Leftovers.sweepOnce(FileSystem.folder(of: path))
    let temporary = Leftovers.temporaryPath(for: path)
    let sink = try FileSink(creating: temporary, for: path)
    do {
      try body(sink)
      try sink.finish()
      guard rename(temporary, path) == 0 else {
        throw FormatError.system(path: path, operation: "replace the file", code: errno)
      }
    } catch {
      sink.abandon()
      unlink(temporary)
      throw error
    }
    try FileSystem.flush(FileSystem.folder(of: path))
  }

  /// Replaces the file at `path` by `data`. Throws `FormatError`; the old file then stays.
  package static func write(data: some ContiguousBytes, to path: String) throws {
    try write(to: path) { sink in
      try data.withUnsafeBytes { try sink.write($0) }
    }
  }
}
