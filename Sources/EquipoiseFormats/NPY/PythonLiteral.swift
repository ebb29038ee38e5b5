// SPDX-License-Identifier: Apache-2.0
/// The few Python literals of a `.npy` header, read without evaluating anything.
struct PythonLiteral {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private let malformed: (String) -> FormatError

  init(_ bytes: UnsafeRawBufferPointer, malformed: @escaping (String) -> FormatError) {
    self.bytes = bytes
    self.malformed = malformed
  }

  /// The next byte that is not white space, or nil at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
    return position < bytes.count ? bytes[position] : nil
  }

  /// Skips `symbol` if it comes next.
  mutating func skip(_ symbol: Character) -> Bool {
    guard let byte = peek(), byte == symbol.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: Character) throws {
    guard skip(symbol) else { throw malformed("has no '\(symbol)' at byte \(position)") }
  }

  /// A quoted string without escapes.
  mutating func string() throws -> String {
    guard let quote = peek(), quote == 0x22 || quote == 0x27 else {
      throw malformed("has no string at byte \(position)")
    }
    let rest = bytes[(position + 1)...]
    guard let end = rest.firstIndex(of: quote),
      let text = String(validating: rest[..<end], as: UTF8.self), !text.contains("\\")
    else { throw malformed("has a string at byte \(position) that is not closed or not plain") }
    position = end + 1
    return text
  }

  /// `True` or `False`.
  mutating func bool() throws -> Bool {
    _ = peek()
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("has neither True nor False at byte \(position)")
  }

  /// A tuple of whole numbers: `()`, `(3,)`, `(3, 4)`; Python 2 wrote `3L`.
  mutating func tuple() throws -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !skip(")") {
      if !values.isEmpty {
        try expect(",")
        if skip(")") { break }
      }
      values.append(try number())
      _ = skip("L")
    }
    return values
  }

  private mutating func number() throws -> Int {
    _ = peek()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("has no number that fits 64 bits at byte \(position)")
    }
    position += digits.count
    return value
  }
}
