// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A configuration without its types: what YAML, flags and encoded defaults have in common.
package indirect enum ConfigValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case double(Double)
  case string(String)
  case sequence([ConfigValue])
  case mapping(ConfigMapping)

  /// Whether it is one value that says something: neither empty nor a list or section.
  var isScalar: Bool {
    switch self {
    case .bool, .integer, .double, .string: true
    case .null, .sequence, .mapping: false
    }
  }

  /// The value as an error message names it.
  package var found: String {
    switch self {
    case .null: "empty"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): "'\(value)'"
    case .sequence: "a list"
    case .mapping: "a section"
    }
  }
}

/// Keys and values in the order they were written.
package struct ConfigMapping: Equatable, Sendable {
  /// One key and its value.
  package struct Entry: Equatable, Sendable {
    package let key: String
    package var value: ConfigValue
  }

  package private(set) var entries: [Entry] = []

  /// The defaults of a new entry, where the user chooses the keys; nil where the keys are fixed.
  package var elementDefaults: ConfigValue?

  /// What family a section belongs to; nil for one whose keys depend on nothing.
  var mark: SectionMark?

  package init(entries: [Entry] = [], elementDefaults: ConfigValue? = nil) {
    self.entries = entries
    self.elementDefaults = elementDefaults
  }

  package var keys: [String] { entries.map(\.key) }

  /// The value under `key`; setting it keeps the place of a present key and appends a new one.
  package subscript(key: String) -> ConfigValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (let index?, nil): entries.remove(at: index)
      case (nil, nil): break
      }
    }
  }

  /// Whether the same keys hold the same values in the same order; `elementDefaults` and `mark` are
  /// rules, not content.
  package static func == (left: ConfigMapping, right: ConfigMapping) -> Bool {
    left.entries == right.entries
  }
}
