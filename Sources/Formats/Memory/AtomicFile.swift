package import Foundation

/// Replacing a file so that readers and crashes see either the old content or the new, never a mix.
package enum AtomicFile {
  /// Writes a temporary file beside `path` through `body`, flushes it to disk and renames it.
  ///
  /// When anything fails (`FormatError` of the system, or what `body` throws) the temporary file
  /// is removed and what was at `path` stays as it was.
  package static func write(to path: String, body: (FileSink) throws -> Void) throws {
    let temporary = temporaryPath(for: path)
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
    try syncFolder(of: path)
  }

  /// Replaces the file at `path` by `data`. Throws `FormatError`; the old file then stays.
  package static func write(data: some ContiguousBytes, to path: String) throws {
    try write(to: path) { sink in
      try data.withUnsafeBytes { try sink.write($0) }
    }
  }

  /// Removes temporary files in `folder` whose process was killed while writing. Throws `FormatError`
  /// when the folder cannot be listed.
  package static func removeLeftovers(in folder: String) throws {
    for name in try FileSystem.names(in: folder)
    where name.hasPrefix(".") && name.hasSuffix(suffix) {
      let path = folder + "/" + name
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      // A writer holds the lock until it is done or dead.
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  private static let suffix = ".equipoise-partial"

  /// In the folder of `path`, because renaming works only within a disk. Random, because process
  /// numbers come again.
  private static func temporaryPath(for path: String) -> String {
    let name = (path as NSString).lastPathComponent
    let tag = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return FileSystem.folder(of: path) + "/.\(name).\(tag)\(suffix)"
  }

  /// The rename itself is on disk only after its folder is.
  private static func syncFolder(of path: String) throws {
    let folder = FileSystem.folder(of: path)
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FormatError.system(path: folder, operation: "open the folder", code: errno)
    }
    defer { close(descriptor) }
    // Some file systems cannot flush a folder and say EINVAL: nothing more can be done there.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FormatError.system(path: folder, operation: "flush the folder to disk", code: errno)
    }
  }
}
