// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Lays assignments over the defaults of `Root`, refusing every key `Root` does not have.
package struct ConfigResolver<Root: ConfigurationSection> {
  private let table: SectionTable

  /// A resolver that knows what the sections of each family may choose from.
  package init(table: SectionTable = SectionTable()) { self.table = table }

  /// The configuration after `assignments`, of which a later one beats an earlier one.
  package func resolve(_ assignments: [ConfigAssignment]) throws -> ResolvedConfig<Root> {
    var origins: [ConfigPath: ConfigOrigin] = [:]
    for assignment in assignments { origins[assignment.path] = assignment.origin }
    do {
      let (tree, complete) = try overlaid(assignments)
      for assignment in complete { origins[assignment.path] = assignment.origin }
      let root = try ConfigDecoder.decode(Root.self, from: .mapping(tree), of: table)
      // That a section was opened does not set the values in it.
      let sections = ConfigValue.mapping(tree).nodes().filter { $0.value.mapping != nil }
      for section in sections { origins[section.path] = nil }
      return ResolvedConfig(configuration: root, origins: origins)
    } catch let issue as ConfigIssue {
      throw issue.located(at: origins.place(of: issue.path))
    }
  }

  /// Every key with its default.
  package var defaults: ConfigMapping {
    get throws { try overlaid([]).tree }
  }

  /// Throws `ConfigIssue` for a path that the configuration does not have once `assignments` are made, whatever its
  /// sections choose.
  package func checkKey(_ path: ConfigPath, after assignments: [ConfigAssignment]) throws {
    let tree = try overlaid(assignments).tree
    var value = ConfigValue.mapping(tree)
    let holds = ConfigValue.mapping(tree).nodes().contains { $0.path == path }
    guard !holds else { return }
    do {
      try value.assign(.null, at: path)
    } catch let issue as ConfigIssue where !issue.isOfAnotherChoice {
      throw issue.suggesting(from: tree)
    } catch is ConfigIssue {
      // Whether it applies is asked when everything is chosen.
      return
    }
  }

  /// The defaults with the assignments over them, and these with the selector that a bare name stands for.
  private func overlaid(
    _ assignments: [ConfigAssignment]
  ) throws -> (tree: ConfigMapping, assignments: [ConfigAssignment]) {
    let defaults = try ConfigEncoder.encode(Root())
    let layout = SectionLayout(table: table, assignments: assignments)
    var value = try layout.laidOut(defaults)
    let tree = value.mapping ?? ConfigMapping()
    var assignments = assignments
    // `optimiser: adam` means its type.
    for index in assignments.indices where assignments[index].value.isScalar {
      let path = assignments[index].path
      guard let mark = value.node(at: path)?.mapping?.mark else { continue }
      assignments[index].path = path.appending(mark.selector)
    }
    for assignment in assignments {
      do {
        try value.assign(assignment.value, at: assignment.path)
      } catch let issue as ConfigIssue {
        throw issue.suggesting(from: tree)
      }
    }
    return (value.mapping ?? tree, assignments)
  }
}
