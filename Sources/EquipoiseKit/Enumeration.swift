// SPDX-License-Identifier: Apache-2.0
/// Names in a sentence.
package enum Enumeration {
  /// `a, b, c`, of many only the first and how many more there are.
  package static func text(_ names: [String], limit: Int = 5) -> String {
    guard names.count > limit + 1 else { return names.joined(separator: ", ") }
    return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
  }

  /// `1 sample of 9 lacks 'audio'`, `2 samples of 9 lack 'audio'`.
  package static func lacking(
    _ number: Int, _ noun: String = "sample", of all: Int, _ name: String
  ) -> String {
    "\(count(number, noun)) of \(all) \(number == 1 ? "lacks" : "lack") '\(name)'"
  }

  /// `1 file`, `2 files`.
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
