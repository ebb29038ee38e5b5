// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

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
