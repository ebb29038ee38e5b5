// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

// The standard library's container protocols ask for one method per primitive type; these files
// hold nothing else.

/// Reads the properties of a section.
struct KeyedConfigDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let mapping: ConfigMapping
  let path: ConfigPath
  let table: SectionTable
  var codingPath: [any CodingKey] { path.keys.map { AnyKey($0) } }
  var allKeys: [Key] { mapping.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool { mapping[key.stringValue] != nil }

  private func place(_ key: Key) -> ConfigPath { path.appending(key.stringValue) }

  private func value(_ key: Key) throws -> ConfigValue {
    guard let value = mapping[key.stringValue] else {
      throw ConfigIssue(at: place(key), "\(place(key)) is missing")
    }
    return value
  }

  func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try ConfigDecoder.bool(value(key), at: place(key))
  }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try ConfigDecoder.string(value(key), at: place(key))
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try ConfigDecoder.double(value(key), at: place(key))
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try Float(ConfigDecoder.double(value(key), at: place(key)))
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try ConfigDecoder.integer(value(key), at: place(key))
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try ConfigDecoder.decode(type, from: value(key), at: place(key), of: table)
  }

  func nestedContainer<Nested>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedDecodingContainer<Nested> { unsupportedNesting() }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
    unsupportedNesting()
  }
  func superDecoder() -> any Decoder { unsupportedNesting() }
  func superDecoder(forKey key: Key) -> any Decoder { unsupportedNesting() }
}

/// Reads the elements of a list.
struct UnkeyedConfigDecoding: UnkeyedDecodingContainer {
  let elements: [ConfigValue]
  let path: ConfigPath
  let table: SectionTable
  var codingPath: [any CodingKey] { path.keys.map { AnyKey($0) } }
  var currentIndex = 0
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  mutating func decodeNil() -> Bool {
    guard !isAtEnd, elements[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let place = path.appending(index: currentIndex)
    guard !isAtEnd else { throw ConfigIssue(at: place, "\(place) is missing") }
    defer { currentIndex += 1 }
    return try ConfigDecoder.decode(type, from: elements[currentIndex], at: place, of: table)
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) -> KeyedDecodingContainer<Nested> { unsupportedNesting() }
  mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { unsupportedNesting() }
  mutating func superDecoder() -> any Decoder { unsupportedNesting() }
}

/// Reads one value.
struct SingleConfigDecoding: SingleValueDecodingContainer {
  let value: ConfigValue
  let path: ConfigPath
  let table: SectionTable
  var codingPath: [any CodingKey] { path.keys.map { AnyKey($0) } }

  func decodeNil() -> Bool { value == .null }
  func decode(_ type: Bool.Type) throws -> Bool { try ConfigDecoder.bool(value, at: path) }
  func decode(_ type: String.Type) throws -> String { try ConfigDecoder.string(value, at: path) }
  func decode(_ type: Double.Type) throws -> Double { try ConfigDecoder.double(value, at: path) }
  func decode(_ type: Float.Type) throws -> Float {
    try Float(ConfigDecoder.double(value, at: path))
  }
  func decode(_ type: Int.Type) throws -> Int { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: Int8.Type) throws -> Int8 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: Int16.Type) throws -> Int16 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: Int32.Type) throws -> Int32 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: Int64.Type) throws -> Int64 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: UInt.Type) throws -> UInt { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try ConfigDecoder.integer(value, at: path) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try ConfigDecoder.integer(value, at: path) }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try ConfigDecoder.decode(type, from: value, at: path, of: table)
  }
}
