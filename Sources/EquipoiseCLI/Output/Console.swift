import Foundation

/// Standard error: everything that is not a command's result.
enum Console {
  /// `error: TEXT`
  static func error(_ text: String) { write(Style.error.red("error:") + " " + text) }

  /// `warning: TEXT`
  static func warn(_ text: String) { write(Style.error.yellow("warning:") + " " + text) }

  /// A line of its own; on a terminal it takes the place of a progress bar.
  static func note(_ text: String) { write(text) }

  // Not `FileHandle`, which ends the process when standard error is closed.
  private static func write(_ line: String) {
    let start = Style.error.isTerminal ? "\r\u{1B}[K" : ""
    _ = Data("\(start)\(line)\n".utf8).withUnsafeBytes {
      Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
  }
}
