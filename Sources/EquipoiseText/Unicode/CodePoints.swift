// SPDX-License-Identifier: Apache-2.0

/// What a code point is, as the `tokenizers` library sees it. Its parts know different versions of Unicode, so that each
/// question has the version that is asked; what a later version added is unassigned to it.
enum CodePoints {
  /// Of `unicode_categories`, which BERT's normaliser and what finds punctuation ask.
  private static let categories = 8
  /// Of `unicode-normalization`, which normal forms and marks come from.
  static let normalization = 9
  /// Of Rust's standard library and of Oniguruma, whose letters, numbers and words are.
  private static let standard = 16

  /// Answers about a code point, one bit each.
  struct Answers: OptionSet, Sendable {
    let rawValue: UInt16
    static let space = Answers(rawValue: 1)
    static let control = Answers(rawValue: 1 << 1)
    static let punctuation = Answers(rawValue: 1 << 2)
    static let nonspacingMark = Answers(rawValue: 1 << 3)
    static let mark = Answers(rawValue: 1 << 4)
    static let letter = Answers(rawValue: 1 << 5)
    static let number = Answers(rawValue: 1 << 6)
    static let decimal = Answers(rawValue: 1 << 7)
    static let word = Answers(rawValue: 1 << 8)
    static let upper = Answers(rawValue: 1 << 9)
    static let lower = Answers(rawValue: 1 << 10)
    static let anyMark = Answers(rawValue: 1 << 11)
    static let anyPunctuation = Answers(rawValue: 1 << 12)
    static let symbol = Answers(rawValue: 1 << 13)
    static let separator = Answers(rawValue: 1 << 14)
  }

  /// Of the first plane, asked once.
  private static let table: [Answers] = (0..<0x10000).map { found(UInt32($0)) }

  /// Everything that is known of a code point.
  static func answers(_ code: UInt32) -> Answers {
    code < 0x10000 ? table[Int(code)] : found(code)
  }

  private static func found(_ code: UInt32) -> Answers {
    guard let scalar = Unicode.Scalar(code) else { return [] }
    let properties = scalar.properties
    let age = properties.age?.major ?? .max
    let category = properties.generalCategory
    var answers: Answers = []
    if properties.isWhitespace { answers.insert(.space) }
    if isControl(code, category, age) { answers.insert(.control) }
    if isPunctuation(code, category, age) { answers.insert(.punctuation) }
    if isNonspacing(code, category, age) { answers.insert(.nonspacingMark) }
    if isMark(code, category, age) { answers.insert(.mark) }
    guard age <= standard else { return answers }
    switch category {
    case .uppercaseLetter: answers.formUnion([.letter, .upper])
    case .lowercaseLetter: answers.formUnion([.letter, .lower])
    case .titlecaseLetter, .modifierLetter, .otherLetter: answers.insert(.letter)
    case .decimalNumber: answers.formUnion([.number, .decimal])
    case .letterNumber, .otherNumber: answers.insert(.number)
    case .nonspacingMark, .spacingMark, .enclosingMark: answers.insert(.anyMark)
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      answers.insert(.anyPunctuation)
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: answers.insert(.symbol)
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: answers.insert(.separator)
    default: break
    }
    // A small letter until version 16.
    if code == 0x295 { answers.insert(.lower) }
    if properties.isAlphabetic || answers.contains(.anyMark) || answers.contains(.decimal)
      || category == .connectorPunctuation
    {
      answers.insert(.word)
    }
    return answers
  }

  /// Cc, Cf and Co; and the replacement character, which the normaliser takes out with them.
  private static func isControl(
    _ code: UInt32, _ category: Unicode.GeneralCategory, _ age: Int
  ) -> Bool {
    switch category {
    case .control: code != 9 && code != 10 && code != 13
    case .format: age <= categories
    case .privateUse: true
    default: code == 0xFFFD
    }
  }

  private static func isPunctuation(
    _ code: UInt32, _ category: Unicode.GeneralCategory, _ age: Int
  ) -> Bool {
    if code < 0x80 { return code > 0x20 && code < 0x7F && !isASCIIWord(code) }
    switch category {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return age <= categories
    // Punctuation then, a symbol and a mark since.
    default: return code == 0x166D || code == 0x111C9
    }
  }

  private static func isASCIIWord(_ code: UInt32) -> Bool {
    (0x30...0x39).contains(code) || (0x41...0x5A).contains(code) || (0x61...0x7A).contains(code)
  }

  /// Mn as version 8 has it.
  private static func isNonspacing(
    _ code: UInt32, _ category: Unicode.GeneralCategory, _ age: Int
  ) -> Bool {
    switch code {
    case 0x1885, 0x1886, 0x111C9: false
    case 0x1734, 0xA9BD: true
    case 0x1171E: false
    default: category == .nonspacingMark && age <= categories
    }
  }

  /// M as version 9 has it.
  private static func isMark(
    _ code: UInt32, _ category: Unicode.GeneralCategory, _ age: Int
  ) -> Bool {
    switch code {
    case 0x1CF2, 0x1CF3: return true
    case 0x111C9: return false
    default: break
    }
    switch category {
    case .nonspacingMark, .spacingMark, .enclosingMark: return age <= normalization
    default: return false
    }
  }

  /// Letters that BERT sets apart: CJK ideographs, without those of Korean and Japanese syllables. (The block that begins
  /// at 2B920 begins at 2B820 in Unicode; the library's number counts.)
  static func isIdeograph(_ code: UInt32) -> Bool {
    switch code {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// A code point in lower case, which may be several: without regard to what stands around it.
  static func appendLowercase(_ code: UInt32, to result: inout [UInt32]) {
    if code < 0x80 {
      return result.append((0x41...0x5A).contains(code) ? code + 0x20 : code)
    }
    guard let scalar = Unicode.Scalar(code), scalar.properties.age?.major ?? .max <= standard
    else { return result.append(code) }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars { result.append(lower.value) }
  }
}
