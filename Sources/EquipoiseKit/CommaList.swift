// SPDX-License-Identifier: Apache-2.0
/// Texts between commas.
package enum CommaList {
  /// The parts between commas, but for those inside a list or section such as `[audio, visual]`.
  package static func split(_ text: String) -> [String] {
    var (parts, depth) = ([""], 0)
    for character in text {
      if "[{".contains(character) { depth += 1 }
      if "]}".contains(character) { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}
