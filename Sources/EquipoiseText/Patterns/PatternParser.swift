// SPDX-License-Identifier: Apache-2.0

/// Reads the regular expressions that tokenisers have, in Oniguruma's syntax: what they use of it. Anything else is
/// refused rather than taken for something near.
struct PatternParser {
  /// Why a pattern is not read.
  struct Refusal: Error {
    let what: String
  }

  private let source: [UInt32]
  private var position = 0
  private var depth = 0
  private var ignoresCase = false

  private static let deepest = 64

  private init(_ source: [UInt32]) { self.source = source }

  /// The pattern. Throws ``Refusal``.
  static func parse(_ source: [UInt32]) throws -> PatternNode {
    var parser = PatternParser(source)
    let node = try parser.alternatives()
    guard parser.position == source.count else { throw Refusal(what: "has a ')' too many") }
    return node
  }

  private var next: Character? {
    position < source.count
      ? Unicode.Scalar(source[position]).map(Character.init) ?? "\u{FFFD}" : nil
  }

  private mutating func take(_ text: String) -> Bool {
    let codes = text.codePoints
    guard source[position...].starts(with: codes) else { return false }
    position += codes.count
    return true
  }

  private mutating func alternatives() throws -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.deepest else { throw Refusal(what: "is nested too deep") }
    let outside = ignoresCase
    defer { ignoresCase = outside }
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .alternatives(parts)
  }

  private mutating func sequence() throws -> PatternNode {
    var parts: [PatternNode] = []
    while let next, next != "|", next != ")" {
      if take("(?i)") {
        ignoresCase = true
        continue
      }
      parts.append(try quantified(try atom()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  // MARK: Repeating

  private mutating func quantified(_ atom: PatternNode) throws -> PatternNode {
    var node = atom
    while let times = try times() {
      let greed: PatternNode.Greed =
        take("?") ? .reluctant : !times.isInterval && take("+") ? .possessive : .greedy
      node = .repeated(node, times.range, greed)
    }
    return node
  }

  private mutating func times() throws -> (range: Range<Int>, isInterval: Bool)? {
    if take("?") { return (0..<2, false) }
    if take("*") { return (0..<Int.max, false) }
    if take("+") { return (1..<Int.max, false) }
    guard next == "{" else { return nil }
    let start = position
    position += 1
    let least = number()
    var most = least
    if take(",") { most = number() ?? Int.max - 1 }
    guard take("}"), least != nil || most != Int.max - 1, let most, (least ?? 0) <= most else {
      // Not a quantity: Oniguruma takes the brace for itself.
      position = start
      throw Refusal(what: "has a '{' that begins no quantity")
    }
    return ((least ?? 0)..<most + 1, true)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = next?.wholeNumberValue, next?.isASCII == true, value ?? 0 < 100_000 {
      value = (value ?? 0) * 10 + digit
      position += 1
    }
    return value
  }

  // MARK: Parts

  private mutating func atom() throws -> PatternNode {
    if take("(") { return try group() }
    if take("[") { return .set(TakenCodePoints(try bracket())) }
    if take("\\") { return try escape() }
    if take(".") { return .set(TakenCodePoints(.anything)) }
    if take("^") { return .place(.lineStart) }
    if take("$") { return .place(.lineEnd) }
    guard let next, !"*+?".contains(next) else {
      throw Refusal(what: "has a '*', '+' or '?' behind nothing")
    }
    defer { position += 1 }
    return .set(TakenCodePoints(cased(CodePointSet(source[position]))))
  }

  private func cased(_ set: CodePointSet) -> CodePointSet {
    var set = set
    set.ignoresCase = ignoresCase
    return set
  }

  private mutating func group() throws -> PatternNode {
    let outside = ignoresCase
    defer { ignoresCase = outside }
    var wrap: (PatternNode) throws -> PatternNode = { $0 }
    if take("?:") {
    } else if take("?i:") {
      ignoresCase = true
    } else if take("?>") {
      wrap = { .repeated($0, 1..<2, .possessive) }
    } else if take("?=") {
      wrap = { .ahead($0, isWanted: true) }
    } else if take("?!") {
      wrap = { .ahead($0, isWanted: false) }
    } else if take("?<=") {
      wrap = { .behind($0, length: try Self.fixed($0), isWanted: true) }
    } else if take("?<!") {
      wrap = { .behind($0, length: try Self.fixed($0), isWanted: false) }
    } else if next == "?" {
      throw Refusal(what: "has a group '(?' of a kind that is not known")
    }
    let inner = try alternatives()
    guard take(")") else { throw Refusal(what: "has a '(' that is not closed") }
    return try wrap(inner)
  }

  private static func fixed(_ node: PatternNode) throws -> Int {
    guard let length = node.length else {
      throw Refusal(what: "looks back over parts of different lengths")
    }
    return length
  }

  private mutating func escape() throws -> PatternNode {
    if take("A") { return .place(.textStart) }
    if take("z") { return .place(.textEnd) }
    if take("b") { return .place(.wordEdge) }
    if take("B") { return .place(.noWordEdge) }
    return .set(TakenCodePoints(cased(try escapedSet())))
  }

  private mutating func escapedSet() throws -> CodePointSet {
    guard let letter = next else { throw Refusal(what: "ends with a '\\'") }
    position += 1
    switch letter {
    case "s": return CodePointSet(.space)
    case "S": return CodePointSet(.space, inverted: true)
    case "d": return CodePointSet(.decimal)
    case "D": return CodePointSet(.decimal, inverted: true)
    case "w": return Self.word(inverted: false)
    case "W": return Self.word(inverted: true)
    case "n": return CodePointSet(0x0A)
    case "r": return CodePointSet(0x0D)
    case "t": return CodePointSet(0x09)
    case "f": return CodePointSet(0x0C)
    case "v": return CodePointSet(0x0B)
    case "p", "P": return try property(inverted: letter == "P")
    case "x": return CodePointSet(try hexadecimal())
    case _ where letter.isASCII && (letter.isLetter || letter.isNumber):
      throw Refusal(what: "has the escape '\\\(letter)', which is not known")
    default: return CodePointSet(source[position - 1])
    }
  }

  /// Of Latin-1 some numbers are parts of words to Oniguruma that are not to Unicode.
  private static func word(inverted: Bool) -> CodePointSet {
    var set = CodePointSet(.word, inverted: inverted)
    set.ranges = [0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE]
    return set
  }

  private mutating func hexadecimal() throws -> UInt32 {
    let isBraced = take("{")
    var value: UInt32?
    var digits = 0
    while let digit = next?.hexDigitValue, digits < (isBraced ? 8 : 2) {
      value = (value ?? 0) << 4 | UInt32(digit)
      (position, digits) = (position + 1, digits + 1)
    }
    guard let value, value <= 0x10FFFF, !isBraced || take("}") else {
      throw Refusal(what: "has a '\\x' without a code point")
    }
    return value
  }

  private static let properties: [String: CodePoints.Answers] = [
    "L": .letter, "Lu": .upper, "Ll": .lower, "N": .number, "Nd": .decimal, "M": .anyMark,
    "P": .anyPunctuation, "S": .symbol, "Z": .separator,
  ]

  private mutating func property(inverted: Bool) throws -> CodePointSet {
    guard take("{") else { throw Refusal(what: "has a '\\p' without a category in braces") }
    let isNot = take("^")
    var name = ""
    while let letter = next, letter != "}" {
      name.append(letter)
      position += 1
    }
    guard take("}"), let answers = Self.properties[name] else {
      throw Refusal(
        what: "asks for the category '\(name)', and those that are known are "
          + Self.properties.keys.sorted().joined(separator: ", "))
    }
    return CodePointSet(answers, inverted: inverted != isNot)
  }

  // MARK: Brackets

  private mutating func bracket() throws -> CodePointSet {
    var set = CodePointSet()
    let isInverted = take("^")
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      guard let letter = next else { throw Refusal(what: "has a '[' that is not closed") }
      if letter == "[" {
        guard !source[position...].starts(with: "[:".codePoints) else {
          throw Refusal(what: "has a class such as '[:alpha:]', which is not known")
        }
        position += 1
        set.formUnion(try bracket())
        continue
      }
      guard !take("&&") else { throw Refusal(what: "has an intersection '&&' in brackets") }
      let part = try bracketPart()
      guard next == "-", position + 1 < source.count, source[position + 1] != 0x5D,
        let low = part.code
      else {
        set.formUnion(part.set)
        continue
      }
      position += 1
      let end = try bracketPart()
      guard let high = end.code, low <= high else {
        throw Refusal(what: "has a range in brackets that is none")
      }
      set.ranges.append(low...high)
    }
    position += 1
    set.isInverted = isInverted
    return cased(set)
  }

  private mutating func bracketPart() throws -> (set: CodePointSet, code: UInt32?) {
    if take("\\") {
      let set = take("b") ? CodePointSet(0x08) : try escapedSet()
      let isOne =
        set.ranges.count == 1 && set.answers.isEmpty && set.others.isEmpty && !set.isInverted
        && set.ranges[0].count == 1
      return (set, isOne ? set.ranges[0].lowerBound : nil)
    }
    guard position < source.count else { throw Refusal(what: "has a '[' that is not closed") }
    defer { position += 1 }
    return (CodePointSet(source[position]), source[position])
  }
}
