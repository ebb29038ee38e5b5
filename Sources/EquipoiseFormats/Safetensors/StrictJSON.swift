// SPDX-License-Identifier: Apache-2.0
/// A JSON value with nothing lost or repaired: duplicate keys and stray bytes are errors.
///
/// Foundation's parser keeps the last of two equal keys, by which two programs can read
/// different tensors from one file.
enum JSONValue {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  /// A number that is not a whole number of 64 bits, as it is written.
  case number(String)
  case bool(Bool)
  case null
}

/// A strict RFC 8259 parser with a limit on nesting.
struct StrictJSON {
  private let bytes: UnsafeRawBufferPointer
  let malformed: (String) -> FormatError
  private var position = 0

  /// The value that `bytes` spell, with white space around it allowed.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, malformed: @escaping (String) -> FormatError
  ) throws -> JSONValue {
    var parser = StrictJSON(bytes: bytes, malformed: malformed)
    let value = try parser.value(depth: 0)
    guard parser.peek() == nil else { throw parser.unexpected() }
    return value
  }

  /// Calls `body` with each element of the array that `bytes` spell and with where it starts.
  static func forEachElement(
    of bytes: UnsafeRawBufferPointer, malformed: @escaping (String) -> FormatError,
    _ body: (_ element: JSONValue, _ offset: Int) throws -> Void
  ) throws {
    var parser = StrictJSON(bytes: bytes, malformed: malformed)
    try parser.expect(UInt8(ascii: "["))
    if !parser.skip(UInt8(ascii: "]")) {
      repeat {
        _ = parser.peek()
        let offset = parser.position
        try body(parser.value(depth: 1), offset)
      } while parser.skip(UInt8(ascii: ","))
      try parser.expect(UInt8(ascii: "]"))
    }
    guard parser.peek() == nil else { throw parser.unexpected() }
  }

  static let deepest = 32

  init(bytes: UnsafeRawBufferPointer, malformed: @escaping (String) -> FormatError) {
    self.bytes = bytes
    self.malformed = malformed
  }

  func unexpected() -> FormatError {
    malformed("is not valid JSON at byte \(position)")
  }

  /// The next byte that is not white space, or nil at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  mutating func skip(_ symbol: UInt8) -> Bool {
    guard peek() == symbol else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: UInt8) throws {
    guard skip(symbol) else { throw unexpected() }
  }

  private mutating func value(depth: Int) throws -> JSONValue {
    guard depth < Self.deepest else {
      throw malformed("is nested deeper than \(Self.deepest) levels")
    }
    switch peek() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws -> [String: JSONValue] {
    try expect(UInt8(ascii: "{"))
    var members: [String: JSONValue] = [:]
    if skip(UInt8(ascii: "}")) { return members }
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
      let key = try string()
      try expect(UInt8(ascii: ":"))
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else {
        throw malformed("has the key '\(key)' twice")
      }
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return members
  }

  private mutating func array(depth: Int) throws -> [JSONValue] {
    try expect(UInt8(ascii: "["))
    var elements: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try value(depth: depth + 1))
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return elements
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
    try word(text)
    return value
  }

  mutating func word(_ text: String) throws {
    guard bytes[position...].starts(with: text.utf8) else { throw unexpected() }
    position += text.utf8.count
  }

  // MARK: Numbers

  mutating func number() throws -> JSONValue {
    let start = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    let first = position
    try digits()
    guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else { throw unexpected() }
    let end = position
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      try digits()
    }
    // "-0" is a floating-point zero.
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard end == position, let whole = Int(text), whole != 0 || first == start else {
      return .number(text)
    }
    return .integer(whole)
  }

  private mutating func digits() throws {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    guard position > start else { throw unexpected() }
  }

  // MARK: Strings

  private mutating func string() throws -> String {
    let plain = try stringBytes()
    guard let text = String(validating: plain, as: UTF8.self) else {
      throw malformed("has a string that is not UTF-8 before byte \(position)")
    }
    return text
  }

  /// A string without its quotes and escapes; whether it is UTF-8 is not looked at.
  mutating func stringBytes() throws -> [UInt8] {
    try expect(UInt8(ascii: "\""))
    let start = position
    var escaped = false
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] >= 0x20 else { throw unexpected() }
      if bytes[position] == UInt8(ascii: "\\") {
        escaped = true
        position += 1
      }
      position += 1
    }
    guard position < bytes.count else { throw malformed("has a string that is not closed") }
    let content = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    position += 1
    return escaped ? try unescape(content) : Array(content)
  }

  private func unescape(_ content: UnsafeRawBufferPointer) throws -> [UInt8] {
    var result: [UInt8] = []
    var rest = content[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
      case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "/"): result.append(UInt8(ascii: "/"))
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"): result += try scalar(&rest)
      default: throw malformed("has an unknown escape before byte \(position)")
      }
    }
    return result
  }

  /// What follows `\u`: one unit, or two that make a surrogate pair.
  private func scalar(_ rest: inout Slice<UnsafeRawBufferPointer>) throws -> [UInt8] {
    let first = try codeUnit(&rest)
    var code = first
    if (0xD800...0xDBFF).contains(first) {
      guard rest.starts(with: "\\u".utf8) else {
        throw malformed("has half a surrogate pair before byte \(position)")
      }
      rest = rest.dropFirst(2)
      let second = try codeUnit(&rest)
      guard (0xDC00...0xDFFF).contains(second) else {
        throw malformed("has half a surrogate pair before byte \(position)")
      }
      code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw malformed("has half a surrogate pair before byte \(position)")
    }
    return Array(String(Character(scalar)).utf8)
  }

  private func codeUnit(_ rest: inout Slice<UnsafeRawBufferPointer>) throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = rest.popFirst(),
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else { throw malformed("has an unknown escape before byte \(position)") }
      code = code << 4 + UInt32(digit)
    }
    return code
  }

  /// `text` as a JSON string with quotes, escaped as the safetensors library does.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let code = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
