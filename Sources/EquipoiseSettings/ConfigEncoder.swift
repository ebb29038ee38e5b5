// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Turns a section into a `ConfigValue`, keeping the order of properties and writing nil as null,
/// so that every key a section has can be seen.
package final class ConfigEncoder: Encoder {
  var value = ConfigValue.mapping(ConfigMapping())
  package var codingPath: [any CodingKey] { [] }
  package var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The tree of `value`, with the rule for new entries on open sections and the mark of sections of a family.
  package static func encode(_ value: some Encodable) throws -> ConfigValue {
    let encoder = ConfigEncoder()
    try value.encode(to: encoder)
    guard case .mapping(var mapping) = encoder.value else { return encoder.value }
    mapping.elementDefaults = try (type(of: value) as? any OpenSection.Type)?.elementDefaults()
    mapping.mark = try (type(of: value) as? any ChosenSection.Type)?.mark()
    return .mapping(mapping)
  }

  /// The keys and values of a section.
  package static func mapping(of section: some ConfigurationSection) throws -> ConfigMapping {
    try encode(section).mapping ?? ConfigMapping()
  }

  package func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedConfigEncoding(encoder: self))
  }

  package func unkeyedContainer() -> any UnkeyedEncodingContainer {
    value = .sequence([])
    return UnkeyedConfigEncoding(encoder: self)
  }

  package func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleConfigEncoding(encoder: self)
  }

  func put(_ entry: ConfigValue, under key: String) {
    var mapping = value.mapping ?? ConfigMapping()
    mapping[key] = entry
    value = .mapping(mapping)
  }

  func append(_ element: ConfigValue) {
    guard case .sequence(let elements) = value else { return }
    value = .sequence(elements + [element])
  }

  /// `value` as an integer; configurations hold none beyond 64 signed bits.
  static func integer(_ value: some FixedWidthInteger) -> ConfigValue {
    precondition(Int(exactly: value) != nil, "configuration integer \(value) exceeds Int")
    return .integer(Int(value))
  }
}
