// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

// The standard library's container protocols ask for one method per primitive type; these files
// hold nothing else.

/// Writes the properties of a section.
struct KeyedConfigEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ConfigEncoder
  var codingPath: [any CodingKey] { [] }

  private func put(_ value: ConfigValue, _ key: Key) {
    encoder.put(value, under: key.stringValue)
  }

  func encodeNil(forKey key: Key) { put(.null, key) }
  func encode(_ value: Bool, forKey key: Key) { put(.bool(value), key) }
  func encode(_ value: String, forKey key: Key) { put(.string(value), key) }
  func encode(_ value: Double, forKey key: Key) { put(.double(value), key) }
  func encode(_ value: Float, forKey key: Key) { put(.double(Double(value)), key) }
  func encode(_ value: Int, forKey key: Key) { put(.integer(value), key) }
  func encode(_ value: Int8, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: Int16, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: Int32, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: Int64, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: UInt, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: UInt8, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: UInt16, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: UInt32, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode(_ value: UInt64, forKey key: Key) { put(ConfigEncoder.integer(value), key) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    put(try ConfigEncoder.encode(value), key)
  }

  // The default implementations leave nil out; a key that is left out could not be checked.

  func encodeIfPresent(_ value: Bool?, forKey key: Key) {
    put(value.map(ConfigValue.bool) ?? .null, key)
  }
  func encodeIfPresent(_ value: String?, forKey key: Key) {
    put(value.map(ConfigValue.string) ?? .null, key)
  }
  func encodeIfPresent(_ value: Double?, forKey key: Key) {
    put(value.map(ConfigValue.double) ?? .null, key)
  }
  func encodeIfPresent(_ value: Float?, forKey key: Key) {
    encodeIfPresent(value.map(Double.init), forKey: key)
  }
  func encodeIfPresent(_ value: Int?, forKey key: Key) {
    put(value.map(ConfigValue.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) {
    put(value.map(ConfigEncoder.integer) ?? .null, key)
  }
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    put(try value.map { try ConfigEncoder.encode($0) } ?? .null, key)
  }

  func nestedContainer<Nested>(
    keyedBy keyType: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { unsupportedNesting() }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    unsupportedNesting()
  }
  func superEncoder() -> any Encoder { unsupportedNesting() }
  func superEncoder(forKey key: Key) -> any Encoder { unsupportedNesting() }
}

/// Writes the elements of a list.
struct UnkeyedConfigEncoding: UnkeyedEncodingContainer {
  let encoder: ConfigEncoder
  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .sequence(let elements) = encoder.value { elements.count } else { 0 } }

  func encodeNil() { encoder.append(.null) }
  func encode<T: Encodable>(_ value: T) throws { encoder.append(try ConfigEncoder.encode(value)) }

  func nestedContainer<Nested>(
    keyedBy keyType: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { unsupportedNesting() }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { unsupportedNesting() }
  func superEncoder() -> any Encoder { unsupportedNesting() }
}

/// Writes one value.
struct SingleConfigEncoding: SingleValueEncodingContainer {
  let encoder: ConfigEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { encoder.value = .null }
  func encode(_ value: Bool) { encoder.value = .bool(value) }
  func encode(_ value: String) { encoder.value = .string(value) }
  func encode(_ value: Double) { encoder.value = .double(value) }
  func encode(_ value: Float) { encoder.value = .double(Double(value)) }
  func encode(_ value: Int) { encoder.value = .integer(value) }
  func encode(_ value: Int8) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: Int16) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: Int32) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: Int64) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: UInt) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: UInt8) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: UInt16) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: UInt32) { encoder.value = ConfigEncoder.integer(value) }
  func encode(_ value: UInt64) { encoder.value = ConfigEncoder.integer(value) }
  func encode<T: Encodable>(_ value: T) throws {
    encoder.value = try ConfigEncoder.encode(value)
  }
}

/// Sections nest as `Codable` properties; a hand-written conformance that asks for a nested
/// container is a mistake in the section's type.
func unsupportedNesting() -> Never {
  preconditionFailure("a configuration section nests through Codable properties only")
}
