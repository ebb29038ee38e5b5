// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Colour and weight, only where a person reads: on a terminal, unless `NO_COLOR` is set.
package struct Style {
  /// Of standard output.
  package static let output = Style(STDOUT_FILENO)
  /// Of standard error.
  package static let error = Style(STDERR_FILENO)

  /// Whether the text goes to a terminal that understands control sequences.
  package let isTerminal: Bool
  private let isColoured: Bool

  private init(_ descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    isColoured = isTerminal && environment["NO_COLOR", default: ""].isEmpty
  }

  package func bold(_ text: String) -> String { dressed(text, .bold) }
  package func red(_ text: String) -> String { dressed(text, .red) }
  package func green(_ text: String) -> String { dressed(text, .green) }
  package func yellow(_ text: String) -> String { dressed(text, .yellow) }

  private func dressed(_ text: String, _ mark: Mark) -> String {
    isColoured ? "\(mark.rawValue)\(text)\(Mark.plain.rawValue)" : text
  }

  /// What stands for a control sequence until the text is printed: code points that Unicode leaves to
  /// programs, so that sequences in the text itself are never taken for ours.
  private enum Mark: Character, CaseIterable {
    case plain = "\u{10FFF0}"
    case bold = "\u{10FFF1}"
    case red = "\u{10FFF2}"
    case green = "\u{10FFF3}"
    case yellow = "\u{10FFF4}"

    var sequence: String {
      switch self {
      case .plain: "\u{1B}[0m"
      case .bold: "\u{1B}[1m"
      case .red: "\u{1B}[31m"
      case .green: "\u{1B}[32m"
      case .yellow: "\u{1B}[33m"
      }
    }
  }

  /// The text with the control sequences of its style.
  static func rendered(_ text: String) -> String {
    Mark.allCases.reduce(text) { $0.replacing(String($1.rawValue), with: $1.sequence) }
  }
}
