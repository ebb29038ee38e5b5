// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats

/// Reads a section from a `ConfigValue`; every error names the key path, what was found there and
/// what was expected.
package struct ConfigDecoder: Decoder {
  let value: ConfigValue
  let path: ConfigPath
  /// What sections of a family may choose from.
  let table: SectionTable
  package var codingPath: [any CodingKey] { path.keys.map { AnyKey($0) } }
  package var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// A `T` from `value`, which lies at `path` of the configuration.
  package static func decode<T: Decodable>(
    _ type: T.Type, from value: ConfigValue, at path: ConfigPath = ConfigPath(),
    of table: SectionTable = SectionTable()
  ) throws -> T {
    if let choice = type as? any ConfigurationChoice.Type {
      try check(value, isOneOf: choice.names, at: path)
    }
    return try T(from: ConfigDecoder(value: value, path: path, table: table))
  }

  /// Throws unless `value` is one of `names`.
  static func check(_ value: ConfigValue, isOneOf names: [String], at path: ConfigPath) throws {
    guard case .string(let name) = value else {
      throw ConfigIssue(at: path, found: value, expected: names.joined(separator: " or "))
    }
    guard names.contains(name) else {
      throw ConfigIssue(
        at: path, "\(path) is '\(name)'", fix: Nearest.hint(name, in: names))
    }
  }

  package func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let mapping = value.mapping else {
      throw ConfigIssue(at: path, found: value, expected: "a section")
    }
    return KeyedDecodingContainer(KeyedConfigDecoding(mapping: mapping, path: path, table: table))
  }

  package func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .sequence(let elements) = value else {
      throw ConfigIssue(at: path, found: value, expected: "a list, such as [a, b]")
    }
    return UnkeyedConfigDecoding(elements: elements, path: path, table: table)
  }

  package func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleConfigDecoding(value: value, path: path, table: table)
  }
}

/// The primitive types.
extension ConfigDecoder {
  static func bool(_ value: ConfigValue, at path: ConfigPath) throws -> Bool {
    guard case .bool(let flag) = value else {
      throw ConfigIssue(at: path, found: value, expected: "true or false")
    }
    return flag
  }

  static func string(_ value: ConfigValue, at path: ConfigPath) throws -> String {
    switch value {
    case .string(let text): return text
    case .integer, .double, .bool:
      throw ConfigIssue(at: path, found: value, expected: "text: write it in quotes")
    case .null, .sequence, .mapping: throw ConfigIssue(at: path, found: value, expected: "text")
    }
  }

  /// Infinities and not-a-number are refused: no setting has a use for them.
  static func double(_ value: ConfigValue, at path: ConfigPath) throws -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .double(let number) where number.isFinite: return number
    case .double: throw ConfigIssue(at: path, found: value, expected: "a finite number")
    default: throw ConfigIssue(at: path, found: value, expected: "a number")
    }
  }

  static func integer<T: FixedWidthInteger>(
    _ value: ConfigValue, at path: ConfigPath
  ) throws -> T {
    guard case .integer(let number) = value else {
      throw ConfigIssue(at: path, found: value, expected: "an integer")
    }
    guard let exact = T(exactly: number) else {
      throw ConfigIssue(
        at: path, found: value, expected: "an integer from \(T.min) to \(T.max)")
    }
    return exact
  }
}
