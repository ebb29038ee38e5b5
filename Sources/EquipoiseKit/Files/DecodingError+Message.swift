// SPDX-License-Identifier: Apache-2.0
extension DecodingError {
  /// The error as `KEY.PATH what is wrong`.
  package var dataMessage: String {
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

  package static func place(_ path: [any CodingKey]) -> String {
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
