/// Something wrong at a key path; the resolver adds the file and line.
package struct ConfigIssue: Error, Equatable, CustomStringConvertible {
  package let path: ConfigPath
  /// What is wrong, beginning with the path.
  package let what: String
  package let remedy: String?

  package init(at path: ConfigPath, _ what: String, fix remedy: String? = nil) {
    self.path = path
    self.what = what
    self.remedy = remedy
  }

  /// A value of the wrong type or out of range.
  package init(at path: ConfigPath, found value: ConfigValue, expected: String) {
    self.init(at: path, "\(path) is \(value.found)", fix: "expected \(expected)")
  }

  /// The issue as the user sees it, with the file and line, flag or `--set` it came from.
  package func located(at place: String?) -> EquipoiseError {
    EquipoiseError(.configuration, what, at: place, fix: remedy)
  }

  package var description: String { located(at: nil).description }
}
