// SPDX-License-Identifier: Apache-2.0
/// Words of command lines that are shown.
package enum ShellWord {
  /// The text as a shell takes it for one word.
  package static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_-./=:,+@%…".contains($0) }
    return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }
}
