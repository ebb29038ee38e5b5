// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
import Yams

/// Reads YAML into assignments with the line of each, within limits that keep a hostile file from
/// taking the machine down.
package struct YAMLReader {
  /// The file name for messages and origins.
  let source: String
  /// Whether the text has lines worth naming.
  var hasLines = true

  /// Far above any real configuration.
  static let byteLimit = 256 << 10
  /// Aliases multiply: k of them can stand for 3^(k/3) copies.
  static let aliasLimit = 32
  /// Values after every alias is replaced by what it stands for.
  static let valueLimit = 20_000
  /// Sections and lists inside each other.
  static let depthLimit = 32

  /// The assignments of the configuration file `source`.
  package static func read(file source: String) throws -> [ConfigAssignment] {
    try YAMLReader(source: source).assignments(in: FileSystem.text(of: source))
  }

  /// The assignments of a whole configuration that was read from `source`.
  package static func read(_ text: String, of source: String) throws -> [ConfigAssignment] {
    try YAMLReader(source: source).assignments(in: text)
  }

  /// The assignments in the YAML `text`, their paths beginning with `path`; at the top of a file
  /// only a section or nothing is valid.
  func assignments(in text: String, under path: ConfigPath = ConfigPath()) throws
    -> [ConfigAssignment]
  {
    try checkSize(of: text)
    let root = try parse(text)
    var walk = YAMLWalk(source: source)
    let value = try root.map { try walk.value(of: $0, at: path) } ?? .null
    if path.keys.isEmpty, value != .null, value.mapping == nil {
      throw error(
        "expected keys and values, found \(value.found)", line: root?.mark?.line,
        fix: "for example 'seed: 1'")
    }
    return walk.assignments(in: value, at: path)
  }

  private func checkSize(of text: String) throws {
    if text.utf8.count > Self.byteLimit {
      throw error("the file is larger than \(Self.byteLimit >> 10) KiB", line: nil, fix: nil)
    }
    // An asterisk inside quotes counts too: no harm at this limit.
    if text.utf8.count(where: { $0 == UInt8(ascii: "*") }) > Self.aliasLimit {
      throw error("more than \(Self.aliasLimit) aliases (*name)", line: nil, fix: nil)
    }
  }

  private func parse(_ text: String) throws -> Node? {
    do {
      return try Parser(yaml: text, encoding: .utf8).singleRoot()
    } catch let problem as YamlError {
      throw translated(problem)
    }
  }

  /// Yams' errors carry the whole text; one sentence and the line are enough.
  private func translated(_ problem: YamlError) -> EquipoiseError {
    switch problem {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return error(
        "not valid YAML: \(problem)", line: mark.line,
        fix: hasLines ? "look at column \(mark.column)" : nil)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return error("duplicate key \(names)", line: context.mark.line, fix: "keep one of them")
    case .reader(let problem, _, _, _):
      return error("not valid YAML: \(problem)", line: nil, fix: nil)
    default: return error("not valid YAML: nested too deeply or too large", line: nil, fix: nil)
    }
  }

  private func error(_ what: String, line: Int?, fix: String?) -> EquipoiseError {
    let place = line.flatMap { hasLines ? "\(source):\($0)" : nil }
    return EquipoiseError(.configuration, what, at: place ?? source, fix: fix)
  }
}
