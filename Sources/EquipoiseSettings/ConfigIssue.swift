// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
import EquipoiseFormats

/// Something wrong at a key path; the resolver adds the file and line.
package struct ConfigIssue: Error, Equatable, CustomStringConvertible {
  package let path: ConfigPath
  /// What is wrong, beginning with the path.
  package let what: String
  package private(set) var remedy: String?
  /// Whether the path has a key that does not exist, and no key beside it is spelt alike.
  private var isStrange = false
  /// Whether the key is one of another choice than the section's.
  private(set) var isOfAnotherChoice = false

  package init(at path: ConfigPath, _ what: String, fix remedy: String? = nil) {
    self.path = path
    self.what = what
    self.remedy = remedy
  }

  /// A path with a key at `place` that there is not; `siblings` are those that there are.
  init(unknown path: ConfigPath, at place: ConfigPath, among siblings: [String]) {
    let key = place.keys.last ?? ""
    self.init(at: path, "unknown key '\(place)'", fix: Nearest.hint(key, in: siblings))
    isStrange = Nearest.match(key, in: siblings) == nil
  }

  /// A key that the section's choice does not have and others do.
  init(ofAnotherChoice path: ConfigPath, _ what: String, fix remedy: String) {
    self.init(at: path, what, fix: remedy)
    isOfAnotherChoice = true
  }

  /// The same issue with a better remedy, where the whole configuration has what may have been meant.
  func suggesting(from tree: ConfigMapping) -> ConfigIssue {
    guard isStrange else { return self }
    let found = SettingNames.suggestions(for: path, in: tree).prefix(3)
    guard !found.isEmpty else { return self }
    var issue = self
    issue.remedy = "did you mean \(found.map { "'\($0)'" }.joined(separator: " or "))?"
    return issue
  }

  /// A value of the wrong type or out of range.
  package init(at path: ConfigPath, found value: ConfigValue, expected: String) {
    self.init(at: path, "\(path) is \(value.found)", fix: "expected \(expected)")
  }

  /// The issue as the user sees it, with the file and line, flag or setting it came from.
  package func located(at place: String?) -> EquipoiseError {
    EquipoiseError(.configuration, what, at: place, fix: remedy)
  }

  package var description: String { located(at: nil).description }
}
