// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Yams

/// One walk over a parsed YAML document: values, the line of each, and the limits.
struct YAMLWalk {
  let source: String
  private var lines: [ConfigPath: Int] = [:]
  private var count = 0

  init(source: String) { self.source = source }

  /// The value of `node`, which lies at `path`.
  mutating func value(of node: Node, at path: ConfigPath, depth: Int = 0) throws -> ConfigValue {
    count += 1
    guard count <= YAMLReader.valueLimit, depth <= YAMLReader.depthLimit else {
      throw error("nested too deeply or too large", node)
    }
    switch node {
    case .scalar(let scalar): return try self.scalar(scalar, node)
    case .sequence(let sequence):
      try refuseTag(sequence.tag, .seq, node)
      return .sequence(
        try sequence.enumerated().map {
          try value(of: $1, at: path.appending(index: $0), depth: depth + 1)
        })
    case .mapping(let mapping):
      try refuseTag(mapping.tag, .map, node)
      return .mapping(try self.mapping(mapping, at: path, depth: depth))
    case .alias: preconditionFailure("Yams replaces aliases while it parses")
    }
  }

  /// What `value` sets at and below `path`, each with its line.
  func assignments(in value: ConfigValue, at path: ConfigPath) -> [ConfigAssignment] {
    value.nodes(at: path).filter { !$0.path.keys.isEmpty }.map {
      ConfigAssignment($0.path, $0.value, from: .file(source, line: lines[$0.path] ?? 1))
    }
  }

  private mutating func mapping(
    _ mapping: Node.Mapping, at path: ConfigPath, depth: Int
  ) throws -> ConfigMapping {
    var result = ConfigMapping()
    for (key, entry) in mapping {
      guard case .scalar(let name) = key else { throw error("a key must be one word", key) }
      guard name.string != "<<" else { continue }
      guard result[name.string] == nil else {
        throw error("duplicate key '\(name.string)'", key)
      }
      let place = path.appending(name.string)
      lines[place] = key.mark?.line
      result[name.string] = try value(of: entry, at: place, depth: depth + 1)
    }
    if let base = mapping.first(where: { $0.key.string == "<<" }) {
      try merge(base.value, into: &result, at: path, depth: depth)
    }
    return result
  }

  /// `<<: *base` adds the keys of `base` that are not written out.
  private mutating func merge(
    _ base: Node, into result: inout ConfigMapping, at path: ConfigPath, depth: Int
  ) throws {
    var inherited = YAMLWalk(source: source)
    inherited.count = count
    guard case .mapping(let entries) = try inherited.value(of: base, at: path, depth: depth + 1)
    else { throw error("<< takes one section, such as *base", base) }
    count = inherited.count
    for entry in entries.entries where result[entry.key] == nil {
      result[entry.key] = entry.value
    }
    lines.merge(inherited.lines) { own, _ in own }
  }

  private func scalar(_ scalar: Node.Scalar, _ node: Node) throws -> ConfigValue {
    switch scalar.tag.description {
    case Tag.Name.implicit.rawValue where scalar.style == .plain:
      return YAMLScalar.value(of: scalar.string)
    case Tag.Name.implicit.rawValue, Tag.Name.str.rawValue: return .string(scalar.string)
    default: throw error("the tag \(scalar.tag) has no meaning here", node)
    }
  }

  private func refuseTag(_ tag: Tag, _ expected: Tag.Name, _ node: Node) throws {
    guard [Tag.Name.implicit.rawValue, expected.rawValue].contains(tag.description) else {
      throw error("the tag \(tag) has no meaning here", node)
    }
  }

  private func error(_ what: String, _ node: Node) -> EquipoiseError {
    EquipoiseError(
      .configuration, what, at: node.mark.map { "\(source):\($0.line)" } ?? source)
  }
}
