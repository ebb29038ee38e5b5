internal import Formats

/// Reading `dataset.json` without overlooking anything.
extension Decoder {
  /// The object's members; throws when there is a key that `Key` does not have.
  func strictContainer<Key: CodingKey & CaseIterable>(
    _ type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
    where !known.contains(key) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath,
          debugDescription: "has an unknown key '\(key)'; \(Nearest.hint(key, in: known))"))
    }
    return try container(keyedBy: type)
  }
}

extension KeyedDecodingContainer {
  /// One of an enum's names; throws with the nearest of them.
  func decodeChoice<Choice: RawRepresentable & CaseIterable>(_ key: Key) throws -> Choice
  where Choice.RawValue == String {
    let name = try decode(String.self, forKey: key)
    guard let choice = Choice(rawValue: name) else {
      let names = Choice.allCases.map(\.rawValue)
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self,
        debugDescription: "is '\(name)'; \(Nearest.hint(name, in: names))")
    }
    return choice
  }
}

extension DecodingError {
  /// The error as `KEY.PATH what is wrong`.
  var dataMessage: String {
    switch self {
    case .keyNotFound(let key, let context):
      Self.place(context.codingPath + [key]) + " is missing"
    case .typeMismatch(let type, let context):
      Self.place(context.codingPath) + " is not \(Self.words(for: type))"
    case .valueNotFound(let type, let context):
      Self.place(context.codingPath) + " is null, not \(Self.words(for: type))"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty && context.underlyingError != nil
        ? "is not valid JSON" : Self.place(context.codingPath) + " " + context.debugDescription
    @unknown default: "cannot be understood"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    guard !path.isEmpty else { return "it" }
    return path.reduce(into: "") { text, key in
      text += key.intValue.map { "[\($0)]" } ?? (text.isEmpty ? "" : ".") + key.stringValue
    }
  }

  private static func words(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Int.Type: "an integer"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is any Collection.Type where !(type is any ExpressibleByDictionaryLiteral.Type): "a list"
    default: "an object"
    }
  }
}
