// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Paths into a tree of values.
extension ConfigValue {
  /// The mapping inside, if it is one.
  package var mapping: ConfigMapping? {
    if case .mapping(let mapping) = self { mapping } else { nil }
  }

  /// This value at `path` and everything inside it, sections before their entries; a section counts
  /// as an empty one.
  package func nodes(at path: ConfigPath = ConfigPath()) -> [(path: ConfigPath, value: Self)] {
    guard let entries = mapping?.entries else { return [(path, self)] }
    return [(path, .mapping(ConfigMapping()))]
      + entries.flatMap { $0.value.nodes(at: path.appending($0.key)) }
  }

  /// The value at a path; nil where there is none.
  func node(at path: ConfigPath) -> ConfigValue? {
    path.keys.reduce(self as ConfigValue?) { $0?.mapping?[$1] }
  }

  /// Replaces the value at `path` in this tree of defaults, which says what keys there are; `depth`
  /// of its keys lead to this node, and the whole tree lies at `base`.
  package mutating func assign(
    _ value: ConfigValue, at path: ConfigPath, depth: Int = 0, below base: ConfigPath = ConfigPath()
  ) throws {
    let whole = ConfigPath(base.keys + path.keys)
    let here = ConfigPath(base.keys + path.keys[..<depth])
    guard case .mapping(var mapping) = self else {
      guard depth == path.keys.count, value.mapping == nil else {
        throw ConfigIssue(at: whole, "\(here) is a section", fix: "expected one value")
      }
      self = value
      return
    }
    guard depth < path.keys.count else {
      // "training:" with nothing below it changes nothing.
      if value == .null || value.mapping != nil { return }
      throw ConfigIssue(at: whole, found: value, expected: "a section")
    }
    let key = path.keys[depth]
    guard var entry = mapping[key] ?? mapping.elementDefaults else {
      let place = here.appending(key)
      throw mapping.mark?.issue(of: key, at: place, in: whole, among: mapping.keys)
        ?? ConfigIssue(unknown: whole, at: place, among: mapping.keys)
    }
    try entry.assign(value, at: path, depth: depth + 1, below: base)
    mapping[key] = entry
    self = .mapping(mapping)
  }
}
