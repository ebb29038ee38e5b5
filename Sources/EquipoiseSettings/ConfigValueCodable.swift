// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A raw value inside a section passes through the coders unchanged.
extension ConfigValue: Codable {
  package init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? ConfigDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a configuration decoder"))
    }
    self = decoder.value
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let flag): try flag.encode(to: encoder)
    case .integer(let number): try number.encode(to: encoder)
    case .double(let number): try number.encode(to: encoder)
    case .string(let text): try text.encode(to: encoder)
    case .sequence(let elements): try elements.encode(to: encoder)
    case .mapping(let mapping):
      var container = encoder.container(keyedBy: AnyKey.self)
      for entry in mapping.entries {
        try container.encode(entry.value, forKey: AnyKey(entry.key))
      }
    }
  }
}
