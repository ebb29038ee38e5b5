// SPDX-License-Identifier: Apache-2.0
/// A choice among kinds as a JSON object: `type` names the kind, and the kind's own keys stand beside it.
///
/// Version 1 of `media.json` has what Swift makes up for an enum instead, `{"kind": {"key": …, "_0": …}}`: it
/// is read by giving each key's place there too.
package struct TaggedRecord {
  /// The kind.
  package let type: String
  /// Whether it has the form of version 1.
  package let isFormer: Bool
  private let fields: KeyedDecodingContainer<AnyKey>

  package init(from decoder: any Decoder) throws {
    let all = try decoder.container(keyedBy: AnyKey.self)
    if let type = try all.decodeIfPresent(String.self, forKey: AnyKey("type")) {
      (self.type, isFormer, fields) = (type, false, all)
    } else if let key = all.allKeys.first, all.allKeys.count == 1 {
      (type, isFormer) = (key.stringValue, true)
      fields = try all.nestedContainer(keyedBy: AnyKey.self, forKey: key)
    } else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "it has no 'type'"))
    }
  }

  /// The value of a key.
  package func value<Value: Decodable>(_ key: String, formerly former: String? = nil) throws
    -> Value
  {
    try fields.decode(Value.self, forKey: place(key, former))
  }

  /// The value of a key that may be absent.
  package func optional<Value: Decodable>(_ key: String, formerly former: String? = nil) throws
    -> Value?
  {
    try fields.decodeIfPresent(Value.self, forKey: place(key, former))
  }

  /// What is thrown for a kind that is not known.
  package var unknown: any Error {
    DecodingError.dataCorrupted(
      .init(codingPath: fields.codingPath, debugDescription: "the type '\(type)' is not known"))
  }

  /// What is thrown where numbers cannot be true.
  package var impossible: any Error {
    DecodingError.dataCorrupted(
      .init(codingPath: fields.codingPath, debugDescription: "a number of '\(type)' cannot be"))
  }

  private func place(_ key: String, _ former: String?) -> AnyKey {
    AnyKey(isFormer ? former ?? key : key)
  }
}

extension Encoder {
  /// A container for a kind's own keys, which has its name already.
  package func tagged(_ type: String) throws -> KeyedEncodingContainer<AnyKey> {
    var container = container(keyedBy: AnyKey.self)
    try container.encode(type, forKey: AnyKey("type"))
    return container
  }
}
