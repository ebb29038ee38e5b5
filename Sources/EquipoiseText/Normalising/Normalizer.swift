// SPDX-License-Identifier: Apache-2.0

/// What becomes of a text before it is split.
indirect enum Normalizer: Sendable {
  /// BERT's: control characters out, white space to spaces, ideographs apart, accents off, letters small.
  case bert(cleans: Bool, setsIdeographsApart: Bool, stripsAccents: Bool, lowercases: Bool)
  /// NFD or NFKD.
  case decomposed(compatible: Bool)
  /// NFC or NFKC.
  case composed(compatible: Bool)
  /// Small letters.
  case lowercase
  /// Without marks.
  case stripAccents
  /// Without white space at its ends.
  case strip(left: Bool, right: Bool)
  /// With a text before it, unless it is empty.
  case prepend([UInt32])
  /// With every match replaced.
  case replace(Pattern, by: [UInt32])
  /// SentencePiece's table.
  case charsmap(Charsmap)
  /// SentencePiece's rule of control characters and spaces.
  case controls
  /// Bytes as characters that can be seen.
  case byteLevel
  /// One after the other.
  case sequence([Normalizer])

  /// The text. Throws `Pattern.TooManySteps`.
  func callAsFunction(_ text: [UInt32]) throws -> [UInt32] {
    switch self {
    case .bert(let cleans, let setsApart, let strips, let lowercases):
      var text = cleans ? Self.cleaned(text) : text
      if setsApart { text = Self.withIdeographsApart(text) }
      if strips {
        text = NormalForms.decomposed(text, compatible: false)
          .filter { $0 < 0x300 || !CodePoints.answers($0).contains(.nonspacingMark) }
      }
      return lowercases ? Self.lowercased(text) : text
    case .decomposed(let compatible):
      return NormalForms.decomposed(text, compatible: compatible)
    case .composed(let compatible): return NormalForms.composed(text, compatible: compatible)
    case .lowercase: return Self.lowercased(text)
    case .stripAccents:
      return text.filter { $0 < 0x300 || !CodePoints.answers($0).contains(.mark) }
    case .strip(let left, let right): return Self.stripped(text, left, right)
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .replace(let pattern, let replacement):
      return try pattern.stretches(text).flatMap {
        $0.isMatch ? replacement : Array(text[$0.range])
      }
    case .charsmap(let map): return map.replaced(text)
    case .controls: return text.compactMap(Self.controlled)
    case .byteLevel: return ByteCharacters.characters(of: text)
    case .sequence(let parts): return try parts.reduce(text) { try $1($0) }
    }
  }

  private static func cleaned(_ text: [UInt32]) -> [UInt32] {
    text.compactMap { code in
      if code >= 0x20, code < 0x7F { return code }
      let answers = CodePoints.answers(code)
      // A line's end in other systems, a vertical tab and a new page are both, and go.
      if answers.contains(.control) { return nil }
      return answers.contains(.space) ? 0x20 : code
    }
  }

  private static func withIdeographsApart(_ text: [UInt32]) -> [UInt32] {
    guard text.contains(where: { $0 >= 0x3400 }) else { return text }
    return text.flatMap { CodePoints.isIdeograph($0) ? [0x20, $0, 0x20] : [$0] }
  }

  private static func lowercased(_ text: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(text.count)
    for code in text { CodePoints.appendLowercase(code, to: &result) }
    return result
  }

  private static func stripped(_ text: [UInt32], _ left: Bool, _ right: Bool) -> [UInt32] {
    var rest = text[...]
    func isSpace(_ code: UInt32?) -> Bool {
      code.map { CodePoints.answers($0).contains(.space) } ?? false
    }
    while left, isSpace(rest.first) { rest.removeFirst() }
    while right, isSpace(rest.last) { rest.removeLast() }
    return Array(rest)
  }

  private static func controlled(_ code: UInt32) -> UInt32? {
    switch code {
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
    case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
      0x20
    default: code
    }
  }
}

/// GPT-2's alphabet: a character that can be seen for each byte.
enum ByteCharacters {
  /// The character of each byte: itself where it can be seen, else one from U+0100 on.
  static let table: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        defer { next += 1 }
        return next
      }
    }
  }()

  /// The characters of a text's bytes in UTF-8.
  static func characters(of text: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(text.count)
    for code in text {
      if code < 0x80 {
        result.append(table[Int(code)])
      } else {
        for byte in UTF8.encode(Unicode.Scalar(code) ?? "\u{FFFD}") ?? .init() {
          result.append(table[Int(byte)])
        }
      }
    }
    return result
  }
}
