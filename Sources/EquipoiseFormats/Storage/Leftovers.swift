// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Temporary files and folders that a killed process left behind.
///
/// Whoever writes holds a lock on what it writes, which the system releases with the process: an entry
/// whose lock is free belongs to nobody any more. Where the file system has no locks nothing is removed.
package enum Leftovers {
  /// What the names of unfinished files and folders end with.
  static let suffix = ".equipoise-partial"

  /// The folders in which this process has looked already.
  private static let swept = Mutex<Set<String>>([])

  /// A path beside `path`, because renaming works only within a disk. Random, because process numbers
  /// come again.
  package static func temporaryPath(for path: String) -> String {
    let name = (path as NSString).lastPathComponent
    let tag = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return FileSystem.folder(of: path) + "/.\(name).\(tag)\(suffix)"
  }

  /// Whether a file or folder of this name is unfinished.
  package static func isOne(_ name: String) -> Bool { name.hasSuffix(suffix) }

  /// Removes leftovers in `folder`, once for each process and folder. What cannot be listed or removed
  /// stays: whoever writes next to it will hear what is wrong.
  package static func sweepOnce(_ folder: String) {
    guard swept.withLock({ $0.insert(folder).inserted }) else { return }
    sweep(folder)
  }

  /// Removes the leftovers that are in `folder` now.
  package static func sweep(_ folder: String) {
    for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasPrefix(".") {
      let path = folder + "/" + name
      guard isOne(name), let lock = EntryLock(path) else { continue }
      try? FileSystem.remove(path)
      withExtendedLifetime(lock) {}
    }
  }
}

/// The lock of a file or folder that is being written, held while this object lives.
package final class EntryLock {
  private let descriptor: Int32

  /// Takes the lock; `nil` when another process has it, there is no such entry, or the file system has no
  /// locks.
  package init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
