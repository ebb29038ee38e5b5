import Foundation

/// Colour and weight, only where a person reads: on a terminal, unless `NO_COLOR` is set.
struct Style {
  /// Of standard output.
  static let output = Style(STDOUT_FILENO)
  /// Of standard error.
  static let error = Style(STDERR_FILENO)

  /// Whether the text goes to a terminal that understands control sequences.
  let isTerminal: Bool
  private let isColoured: Bool

  private init(_ descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    isColoured = isTerminal && environment["NO_COLOR", default: ""].isEmpty
  }

  func bold(_ text: String) -> String { dressed(text, 1) }
  func red(_ text: String) -> String { dressed(text, 31) }
  func green(_ text: String) -> String { dressed(text, 32) }
  func yellow(_ text: String) -> String { dressed(text, 33) }

  private func dressed(_ text: String, _ code: Int) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
