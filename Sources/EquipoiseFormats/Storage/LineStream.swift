// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// A pipe or file that another program reads line by line while it is written. Nothing waits for the disk.
package final class LineStream {
  /// What it was opened as, for messages.
  package let name: String
  private let descriptor: Int32

  /// Opens a stream.
  ///
  /// - Parameter target: the number of a descriptor that this process was started with, or the path of a file, at
  ///   whose end lines are added, or of a named pipe, whose reader is waited for.
  /// - Throws: `FormatError` when nothing can be written there.
  package init(_ target: String) throws {
    if let number = Int32(target) {
      name = "descriptor \(number)"
      let flags = fcntl(number, F_GETFL)
      guard number >= 0, flags >= 0, flags & O_ACCMODE != O_RDONLY else {
        throw FormatError.system(
          path: name, operation: "write to it", code: flags < 0 ? errno : EBADF)
      }
      // A copy, so that standard output stays open when this ends; processes that are started do not have it.
      descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
    } else {
      name = target
      descriptor = open(target, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else {
      throw FormatError.system(path: name, operation: "open it", code: errno)
    }
  }

  deinit { close(descriptor) }

  /// Writes a line, which has its line feed. It waits while a pipe is full.
  ///
  /// Throws `FormatError`, also when the reader has gone.
  package func write(_ line: Data) throws {
    let code = Self.withoutPipeSignal {
      line.withUnsafeBytes { FileSystem.write($0, to: descriptor) }
    }
    guard code == 0 else {
      throw FormatError.system(path: name, operation: "write to it", code: code)
    }
  }

  /// A pipe without a reader would end the process by a signal.
  private static func withoutPipeSignal(_ body: () -> Int32) -> Int32 {
    var (blocked, before, pending) = (sigset_t(), sigset_t(), sigset_t())
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let code = body()
    if code == EPIPE, sigpending(&pending) == 0, sigismember(&pending, SIGPIPE) == 1 {
      var signal: Int32 = 0
      sigwait(&blocked, &signal)
    }
    return code
  }
}
