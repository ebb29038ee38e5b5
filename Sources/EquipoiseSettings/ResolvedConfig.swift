// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A configuration and who set each of its values.
package struct ResolvedConfig<Root: ConfigurationSection>: Sendable {
  /// The configuration.
  package let configuration: Root
  /// Who set what; a path that is absent has its default.
  package let origins: [ConfigPath: ConfigOrigin]

  package init(configuration: Root, origins: [ConfigPath: ConfigOrigin]) {
    self.configuration = configuration
    self.origins = origins
  }

  /// The configuration as YAML that reads back as the same value; with origins, each line says in a
  /// comment who set it.
  package func yaml(withOrigins: Bool) throws -> String {
    let tree = try ConfigEncoder.encode(configuration).mapping ?? ConfigMapping()
    guard withOrigins else { return YAMLWriter().write(tree) }
    return YAMLWriter { origins.nearest(to: $0).description }.write(tree)
  }
}

extension ResolvedConfig where Root: RangeChecking {
  /// The same configuration, if every value is in its range.
  package func validated() throws -> Self {
    do {
      try configuration.check(at: ConfigPath())
      return self
    } catch let issue as ConfigIssue {
      throw issue.located(at: origins.place(of: issue.path))
    }
  }
}

extension [ConfigPath: ConfigOrigin] {
  /// Who set the value at `path` or the list or section it is in.
  func nearest(to path: ConfigPath) -> ConfigOrigin {
    var keys = path.keys
    while !keys.isEmpty {
      if let origin = self[ConfigPath(keys)] { return origin }
      keys.removeLast()
    }
    return .default
  }

  /// The place to name in a message about `path`; nil for a default.
  package func place(of path: ConfigPath) -> String? {
    let origin = nearest(to: path)
    return origin == .default ? nil : origin.description
  }
}

extension ConfigurationSection {
  /// The section as YAML, every key with its value.
  package func yaml() throws -> String {
    YAMLWriter().write(try ConfigEncoder.encode(self).mapping ?? ConfigMapping())
  }

  /// The key paths at which this configuration differs from `other`, as `path: mine, not theirs`.
  package func differences(from other: Self) throws -> [String] {
    func nodes(_ section: Self) throws -> [ConfigPath: ConfigValue] {
      Dictionary(uniqueKeysWithValues: try ConfigEncoder.encode(section).nodes().map { ($0, $1) })
    }
    let (mine, theirs) = (try nodes(self), try nodes(other))
    return Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }
      .map { path in
        let (new, old) = (mine[path]?.text ?? "absent", theirs[path]?.text ?? "absent")
        return "\(path): \(new), not \(old)"
      }.sorted()
  }
}
