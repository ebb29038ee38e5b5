// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose texts are told apart by their code points, as ``JSONValue``'s are not: to Swift's `String` a letter
/// with an accent and a letter before a combining accent are one key, in a vocabulary they are two.
package indirect enum JSONTree: Sendable {
  /// Members in their order.
  case object([(key: [UInt32], value: JSONTree)])
  /// Elements in their order.
  case array([JSONTree])
  /// Code points.
  case text([UInt32])
  /// A whole number of 64 bits.
  case integer(Int)
  /// Any other number, as it is written.
  case number(String)
  /// True or false.
  case bool(Bool)
  /// Nothing.
  case null

  /// The value in the file at `path`. Throws `FormatError` for what is not JSON, with the byte.
  package static func read(_ path: String) throws -> JSONTree {
    try MappedFile(path: path).withBytes { bytes in
      try StrictJSON.tree(bytes) {
        .malformed(path: path, reason: $0, remedy: "get the file again")
      }
    }
  }
}

extension StrictJSON {
  /// The value that `bytes` spell; of two members of one name both are there.
  static func tree(
    _ bytes: UnsafeRawBufferPointer, malformed: @escaping (String) -> FormatError
  ) throws -> JSONTree {
    var parser = StrictJSON(bytes: bytes, malformed: malformed)
    let value = try parser.tree(depth: 0)
    guard parser.peek() == nil else { throw parser.unexpected() }
    return value
  }

  private mutating func tree(depth: Int) throws -> JSONTree {
    guard depth < Self.deepest else {
      throw malformed("is nested deeper than \(Self.deepest) levels")
    }
    switch peek() {
    case UInt8(ascii: "{"): return .object(try members(depth))
    case UInt8(ascii: "["):
      return .array(
        try elements(UInt8(ascii: "["), UInt8(ascii: "]")) { try $0.tree(depth: depth + 1) })
    case UInt8(ascii: "\""): return .text(try codePoints())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default:
      switch try number() {
      case .integer(let whole): return .integer(whole)
      case .number(let text): return .number(text)
      default: throw unexpected()
      }
    }
  }

  private mutating func members(_ depth: Int) throws -> [(key: [UInt32], value: JSONTree)] {
    try elements(UInt8(ascii: "{"), UInt8(ascii: "}")) { parser in
      guard parser.peek() == UInt8(ascii: "\"") else { throw parser.unexpected() }
      let key = try parser.codePoints()
      try parser.expect(UInt8(ascii: ":"))
      return (key: key, value: try parser.tree(depth: depth + 1))
    }
  }

  private mutating func elements<Element>(
    _ opening: UInt8, _ closing: UInt8, _ element: (inout StrictJSON) throws -> Element
  ) throws -> [Element] {
    try expect(opening)
    var found: [Element] = []
    if skip(closing) { return found }
    repeat { found.append(try element(&self)) } while skip(UInt8(ascii: ","))
    try expect(closing)
    return found
  }

  private mutating func codePoints() throws -> [UInt32] {
    let bytes = try stringBytes()
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.map(UInt32.init) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw malformed("has a string that is not UTF-8")
    }
    return text.unicodeScalars.map(\.value)
  }
}
