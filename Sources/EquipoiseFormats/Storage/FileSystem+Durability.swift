// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseSystem
import Foundation

/// What a power cut does not undo: a new, renamed or removed entry is on the disk only after the folder that
/// lists it has been flushed.
extension FileSystem {
  /// Renames a file or folder, on the disk on return. Throws `FormatError`; both paths then are as before.
  package static func move(_ old: String, to new: String) throws(FormatError) {
    guard rename(old, new) == 0 else {
      throw .system(path: new, operation: "move \(old) here", code: errno)
    }
    try flush(folder(of: new))
    if folder(of: old) != folder(of: new) { try flush(folder(of: old)) }
  }

  /// Lets two files or folders change their names at one stroke, on the disk on return.
  ///
  /// - Returns: whether the file system can; nothing has changed otherwise.
  /// - Throws: `FormatError` when the new names cannot be flushed.
  package static func exchange(
    _ first: String, with second: String
  ) throws(FormatError) -> Bool {
    guard equipoise_exchange(first, second) == 0 else { return false }
    try flush(folder(of: first))
    if folder(of: second) != folder(of: first) { try flush(folder(of: second)) }
    return true
  }

  /// Waits until a file's content, or a folder's entries, are on the disk. Throws `FormatError`.
  package static func flush(_ path: String) throws(FormatError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .system(path: path, operation: "open it", code: errno)
    }
    defer { close(descriptor) }
    // Some file systems cannot flush a folder and say EINVAL: nothing more can be done there.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system(path: path, operation: "flush it to disk", code: errno)
    }
  }
}
