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
      throw DescriptionProblem(
        at: codingPath, "has an unknown key '\(key)'; \(Nearest.hint(key, in: known))")
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
      throw DescriptionProblem(
        at: codingPath + [key], "is '\(name)'; \(Nearest.hint(name, in: names))")
    }
    return choice
  }

  /// A whole number. Foundation says of a number with a fraction only that it is not valid JSON.
  func decodeInteger(_ key: Key) throws -> Int {
    try Self.whole(decode(Double.self, forKey: key), at: codingPath + [key])
  }

  /// A list of whole numbers.
  func decodeIntegers(_ key: Key) throws -> [Int] {
    try decode([Double].self, forKey: key).enumerated().map { index, number in
      try Self.whole(number, at: codingPath + [key, AnyKey("\(index)")])
    }
  }

  private static func whole(_ number: Double, at path: [any CodingKey]) throws -> Int {
    guard let whole = Int(exactly: number) else {
      throw DescriptionProblem(at: path, "is \(number), not a whole number")
    }
    return whole
  }
}

/// Something in `dataset.json` that is not as it should be.
struct DescriptionProblem: Error {
  /// What is wrong, with the place before it.
  let text: String

  init(at path: [any CodingKey], _ what: String) {
    text = DecodingError.place(path) + " " + what
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
      context.codingPath.isEmpty
        ? "is not valid JSON" : Self.place(context.codingPath) + " cannot be understood"
    @unknown default: "cannot be understood"
    }
  }

  fileprivate static func place(_ path: [any CodingKey]) -> String {
    guard !path.isEmpty else { return "it" }
    return path.reduce(into: "") { text, key in
      let index = key.intValue ?? Int(key.stringValue)
      text += index.map { "[\($0)]" } ?? (text.isEmpty ? "" : ".") + key.stringValue
    }
  }

  private static func words(for type: any Any.Type) -> String {
    switch type {
    case is String.Type: "text"
    case is Double.Type: "a number"
    case is Bool.Type: "true or false"
    case is any Collection.Type where !(type is any ExpressibleByDictionaryLiteral.Type): "a list"
    default: "an object"
    }
  }
}
