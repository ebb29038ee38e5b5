// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The one way out to the terminal: whatever is printed passes here, and what files say cannot steer it.
package enum Console {
  // MARK: Standard output

  /// A command's result for reading, or as JSON.
  package static func print(_ text: String, terminator: String = "\n") {
    Swift.print(Style.rendered(VisibleText.of(text)), terminator: terminator)
  }

  /// A command's result for programs, byte for byte unless a person looks on.
  package static func printData(_ text: String) {
    Swift.print(Style.output.isTerminal ? VisibleText.of(text) : text, terminator: "")
  }

  /// A text in the place of everything on the terminal.
  package static func printOverScreen(_ text: String) {
    Swift.print("\u{1B}[H\u{1B}[2J", terminator: "")
    Console.print(text, terminator: "")
  }

  // MARK: Standard error: everything that is not a command's result

  /// `error: TEXT`
  package static func error(_ text: String) { write(Style.error.red("error:") + " " + text) }

  /// `warning: TEXT`
  package static func warn(_ text: String) { write(Style.error.yellow("warning:") + " " + text) }

  /// A line of its own; on a terminal it takes the place of a progress bar.
  package static func note(_ text: String) { write(text) }

  // Not `FileHandle`, which ends the process when standard error is closed.
  private static func write(_ line: String) {
    let start = Style.error.isTerminal ? "\r\u{1B}[K" : ""
    let text = Style.rendered(VisibleText.of(line))
    _ = Data("\(start)\(text)\n".utf8).withUnsafeBytes {
      Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
  }
}
