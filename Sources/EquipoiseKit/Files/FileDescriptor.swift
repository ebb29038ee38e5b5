// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An open file that closes when nothing refers to it any more.
final class FileDescriptor {
  let number: Int32

  /// Opens `path`; child processes do not inherit the file.
  init(_ path: String, flags: Int32) throws {
    number = open(path, flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw EquipoiseError.system("open the file", path) }
  }

  deinit { if number >= 0 { close(number) } }
}

extension EquipoiseError {
  /// The operating system refused `operation` on the file of a run.
  package static func system(
    _ operation: String, _ path: String, code: Int32 = errno
  ) -> EquipoiseError {
    EquipoiseError(
      .checkpoint, "cannot \(operation): \(String(cString: strerror(code)))", at: path,
      fix: "check the path, its permissions and the space on the disk")
  }
}
