internal import EquipoiseKit

/// Lays assignments over the defaults of `Root`, refusing every key `Root` does not have.
package struct ConfigResolver<Root: ConfigurationSection> {
  var variants: SectionVariants?

  package init(variants: SectionVariants? = nil) {
    self.variants = variants
  }

  /// The configuration after `assignments`, of which a later one beats an earlier one.
  package func resolve(_ assignments: [ConfigAssignment]) throws -> ResolvedConfig<Root> {
    var origins: [ConfigPath: ConfigOrigin] = [:]
    for assignment in assignments { origins[assignment.path] = assignment.origin }
    do {
      let tree = try overlaid(assignments)
      let root = try ConfigDecoder.decode(Root.self, from: .mapping(tree))
      // That a section was opened does not set the values in it.
      let sections = ConfigValue.mapping(tree).nodes().filter { $0.value.mapping != nil }
      for section in sections { origins[section.path] = nil }
      return ResolvedConfig(configuration: root, origins: origins)
    } catch let issue as ConfigIssue {
      throw issue.located(at: origins.place(of: issue.path))
    }
  }

  /// Throws `ConfigIssue` for a path that the configuration does not have once `assignments` are made.
  package func checkKey(_ path: ConfigPath, after assignments: [ConfigAssignment]) throws {
    let tree = try overlaid(assignments)
    var value = ConfigValue.mapping(tree)
    let holds = ConfigValue.mapping(tree).nodes().contains { $0.path == path }
    guard !holds else { return }
    do {
      try value.assign(.null, at: path)
    } catch let issue as ConfigIssue {
      throw issue.suggesting(from: tree)
    }
  }

  private func overlaid(_ assignments: [ConfigAssignment]) throws -> ConfigMapping {
    var tree = try ConfigEncoder.encode(Root()).mapping ?? ConfigMapping()
    let variant = try variants?.chosen(by: assignments, in: tree)
    if let variants, let variant {
      variants.put(try variants.defaults(of: variant, chosenBy: assignments), into: &tree)
    }
    var value = ConfigValue.mapping(tree)
    for assignment in assignments {
      do {
        try value.assign(assignment.value, at: assignment.path)
      } catch let issue as ConfigIssue {
        throw issue.suggesting(from: tree)
      }
    }
    tree = value.mapping ?? tree
    if let variants, let variant {
      let section = tree[variants.section] ?? .null
      let settings = try variant.canonical(section, ConfigPath([variants.section]))
      variants.put(settings, into: &tree)
    }
    return tree
  }
}
