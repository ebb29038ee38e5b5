// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Who set a value.
package enum ConfigOrigin: Equatable, Sendable, CustomStringConvertible {
  /// The default on the property.
  case `default`
  /// A line of a configuration file.
  case file(String, line: Int)
  /// A flag of the command line, for instance `--epochs`.
  case flag(String)
  /// A setting in text, `key.path=value`.
  case set

  package var description: String {
    switch self {
    case .default: "default"
    case .file(let name, let line): "\(name):\(line)"
    case .flag(let name): name
    case .set: "\(.argument("settings"))"
    }
  }
}

/// One value put at one key path by one source. A section comes apart: it is an empty section, for
/// its place, followed by its entries. Lists stay whole.
package struct ConfigAssignment: Equatable, Sendable {
  package var path: ConfigPath
  package var value: ConfigValue
  package let origin: ConfigOrigin

  package init(_ path: ConfigPath, _ value: ConfigValue, from origin: ConfigOrigin) {
    self.path = path
    self.value = value
    self.origin = origin
  }

  /// A flag of the command line that stands for a key path.
  package static func flag(
    _ name: String, _ path: String, _ value: ConfigValue
  ) -> ConfigAssignment {
    ConfigAssignment(ConfigPath(dotted: path), value, from: .flag(name))
  }

  /// The assignments in `KEY.PATH=VALUE`, where VALUE is any YAML value on one line.
  package static func parse(set text: String) throws -> [ConfigAssignment] {
    let place = "\(.argument("settings")) \(text)"
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw EquipoiseError(
        .usage, "not of the form KEY=VALUE", at: place,
        fix: "for example: training.epochs=10")
    }
    let path = ConfigPath(dotted: String(text[..<equals]))
    let value = String(text[text.index(after: equals)...])
    return try YAMLReader(source: place, hasLines: false).assignments(in: value, under: path).map {
      ConfigAssignment($0.path, $0.value, from: .set)
    }
  }
}
