// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keeps a second process from writing the same run folder.
///
/// The lock belongs to the open file, so the system releases it even after `kill -9`. Where the file system
/// has no locks, as some network ones are, there is none to take, and nothing is kept from anyone.
package final class ProcessLock {
  private let file: FileDescriptor

  /// Takes the lock of `folder`, which must exist.
  ///
  /// - Parameters:
  ///   - folder: what is to be written.
  ///   - warn: told when the file system has no locks.
  /// - Throws: `EquipoiseError` that names the process which has the lock.
  package init(folder: String, warn: (String) -> Void = { _ in }) throws {
    let path = folder + "/.lock"
    let withoutLocks = { (problem: String) in
      warn("\(folder): \(problem), so nothing would keep a second process from writing here too")
    }
    guard let file = try Self.locked(path, withoutLocks) else {
      throw EquipoiseError(
        .checkpoint, "process \(Self.owner(path)) is writing this run", at: folder,
        fix: "wait for it, stop it, or choose another run folder")
    }
    self.file = file
    try Self.sign(file, path)
  }

  /// Takes the lock of `folder`, which must exist; `nil` when another process has it.
  package init?(ifFree folder: String) throws {
    let path = folder + "/.lock"
    guard let file = try Self.locked(path, { _ in }) else { return nil }
    self.file = file
    try Self.sign(file, path)
  }

  /// The lock file, locked; `nil` when another process has the lock.
  private static func locked(
    _ path: String, _ withoutLocks: (String) -> Void
  ) throws -> FileDescriptor? {
    let file = try FileDescriptor(path, flags: O_RDWR | O_CREAT)
    if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return file }
    switch errno {
    case EWOULDBLOCK: return nil
    case ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP, EINVAL:
      withoutLocks("the file system has no locks (\(String(cString: strerror(errno))))")
      return file
    default: throw EquipoiseError.system("lock the file", path)
    }
  }

  /// Writes down who has the lock.
  private static func sign(_ file: FileDescriptor, _ path: String) throws {
    let line = Data("\(getpid())\n".utf8)
    let written = line.withUnsafeBytes { pwrite(file.number, $0.baseAddress, $0.count, 0) }
    guard written == line.count, ftruncate(file.number, off_t(line.count)) == 0 else {
      throw EquipoiseError.system("write the file", path)
    }
  }

  deinit {
    // A child of this process shares the open file between fork and exec, so that closing alone would
    // leave it locked for that long.
    flock(file.number, LOCK_UN)
  }

  /// Whether the process that signed the folder's lock last is alive. Looking does not touch the lock, so
  /// that it cannot get in a run's way.
  package static func isAlive(in folder: String) -> Bool {
    pid_t(owner(folder + "/.lock")).map { kill($0, 0) == 0 || errno == EPERM } ?? false
  }

  /// The process identifier in the lock file.
  private static func owner(_ path: String) -> String {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Int(text.trimmingCharacters(in: .newlines)).map(String.init) ?? "(unknown)"
  }
}
