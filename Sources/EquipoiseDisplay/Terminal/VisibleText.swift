// SPDX-License-Identifier: Apache-2.0
/// Text whose words came from files: names of classes, samples and folders can hold anything.
enum VisibleText {
  /// The text with every character written out, as JSON writes it (`\u001B`), that steers a terminal or
  /// reorders or hides what is around it. Line feeds stay.
  static func of(_ text: String) -> String { escaped(text) { $0 == "\n" } }

  /// The same for one line, in which a line feed would begin a line of its own.
  static func ofLine(_ text: String) -> String { escaped(text) { _ in false } }

  private static func escaped(_ text: String, keeping keeps: (Unicode.Scalar) -> Bool) -> String {
    guard text.unicodeScalars.contains(where: { !keeps($0) && isUnsafe($0) }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if keeps(scalar) || !isUnsafe(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        // JSON means the same by it, so that JSON stays JSON.
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: true)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    // Escape sequences, backspaces, bells; what ends lines elsewhere.
    case .control, .lineSeparator, .paragraphSeparator: true
    // Directions of writing and what has no width; joiners belong to scripts and emoji.
    case .format: scalar.value != 0x200C && scalar.value != 0x200D
    default: false
    }
  }
}
