// SPDX-License-Identifier: Apache-2.0

/// How a text is split before tokens are looked for.
indirect enum PreTokenizer: Sendable {
  /// BERT's: at white space, and around punctuation.
  case bert
  /// GPT-2's: words, numbers and the rest, each with the space before it, then bytes as characters.
  case byteLevel(prependsSpace: Bool, splits: Bool)
  /// Words, and runs of what is neither word nor white space.
  case words
  /// At white space.
  case whitespace
  /// SentencePiece's: words that begin with a mark in a space's place.
  case metaspace(mark: UInt32, Prepending, splits: Bool)
  /// Where a pattern matches, or where it does not.
  case split(Pattern, SplitBehavior, inverted: Bool)
  /// At punctuation.
  case punctuation(SplitBehavior)
  /// Numbers, or digits each for itself.
  case digits(each: Bool)
  /// At a character.
  case delimiter(UInt32)
  /// One after the other.
  case sequence([PreTokenizer])

  /// Before which words without a space before them the mark is put.
  enum Prepending: String, CaseIterable, Sendable {
    case always, first, never
  }

  /// The pieces of pieces; those that are tokens already stay. Throws `Pattern.TooManySteps`.
  func callAsFunction(_ pieces: [Piece]) throws -> [Piece] {
    if case .sequence(let parts) = self { return try parts.reduce(pieces) { try $1($0) } }
    return try pieces.flatMap { piece in
      piece.token != nil || piece.text.isEmpty ? [piece] : try split(piece)
    }
  }

  private func split(_ piece: Piece) throws -> [Piece] {
    func stretches(
      _ behavior: SplitBehavior, where condition: (UInt32) -> Bool
    ) -> [Piece] {
      Splitting.pieces(of: piece, Splitting.stretches(piece.text, where: condition), behavior)
    }
    switch self {
    case .bert: return BertWords.pieces(of: piece)
    case .byteLevel(let prepends, let splits):
      return ByteLevelWords.pieces(of: piece, prependsSpace: prepends, splits: splits)
    case .words:
      return Self.runs(of: piece) { code in
        let answers = CodePoints.answers(code)
        // Joiners are parts of words to Rust's patterns.
        if answers.contains(.word) || code == 0x200C || code == 0x200D { return 1 }
        return answers.contains(.space) ? nil : 2
      }
    case .whitespace:
      return stretches(.removed) { CodePoints.answers($0).contains(.space) }
    case .metaspace(let mark, let prepending, let splits):
      var piece = piece
      piece.text = piece.text.map { $0 == 0x20 ? mark : $0 }
      let prepends = prepending == .always || prepending == .first && piece.isFirst
      if prepends, piece.text.first != mark { piece.text.insert(mark, at: 0) }
      guard splits else { return [piece] }
      return Splitting.pieces(
        of: piece, Splitting.stretches(piece.text) { $0 == mark }, .mergedWithNext)
    case .split(let pattern, let behavior, let inverted):
      return Splitting.pieces(
        of: piece, try pattern.stretches(piece.text), behavior, inverted: inverted)
    case .punctuation(let behavior):
      return stretches(behavior) { CodePoints.answers($0).contains(.punctuation) }
    case .digits(let each):
      return stretches(each ? .isolated : .contiguous) {
        CodePoints.answers($0).contains(.number)
      }
    case .delimiter(let delimiter): return stretches(.removed) { $0 == delimiter }
    case .sequence: return try self([piece])
    }
  }

  /// The longest runs of code points of one class; those without a class go.
  private static func runs(of piece: Piece, by kind: (UInt32) -> Int?) -> [Piece] {
    var pieces: [Piece] = []
    var (start, current) = (0, nil as Int?)
    for (place, code) in piece.text.enumerated() {
      let own = kind(code)
      guard own != current else { continue }
      if current != nil { pieces.append(piece.part(start..<place)) }
      (start, current) = (place, own)
    }
    if current != nil { pieces.append(piece.part(start..<piece.text.count)) }
    return pieces
  }
}

/// BERT's words.
enum BertWords {
  static func pieces(of piece: Piece) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    let text = piece.text
    for (place, code) in text.enumerated() {
      let answers = CodePoints.answers(code)
      guard !answers.isDisjoint(with: [.space, .punctuation]) else { continue }
      if start < place { pieces.append(piece.part(start..<place)) }
      if !answers.contains(.space) { pieces.append(piece.part(place..<place + 1)) }
      start = place + 1
    }
    if start < text.count { pieces.append(piece.part(start..<text.count)) }
    return pieces
  }
}

/// GPT-2's words: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, by hand, as every text of
/// a byte-level tokeniser goes through it.
enum ByteLevelWords {
  static func pieces(of piece: Piece, prependsSpace: Bool, splits: Bool) -> [Piece] {
    var piece = piece
    if prependsSpace, piece.text.first != 0x20 { piece.text.insert(0x20, at: 0) }
    let ranges = splits ? ranges(piece.text) : [0..<piece.text.count]
    return ranges.map { range in
      var part = piece.part(range)
      part.text = ByteCharacters.characters(of: part.text)
      return part
    }
  }

  private enum Kind { case letter, number, space, other }

  private static func kind(_ code: UInt32) -> Kind {
    let answers = CodePoints.answers(code)
    if answers.contains(.letter) { return .letter }
    if answers.contains(.number) { return .number }
    return answers.contains(.space) ? .space : .other
  }

  private static let endings: [[UInt32]] = ["s", "t", "re", "ve", "m", "ll", "d"].map(\.codePoints)

  static func ranges(_ text: [UInt32]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    while start < text.count {
      let end = end(text, start)
      found.append(start..<end)
      start = end
    }
    return found
  }

  private static func end(_ text: [UInt32], _ start: Int) -> Int {
    if text[start] == 0x27 {
      for ending in endings where text[(start + 1)...].starts(with: ending) {
        return start + 1 + ending.count
      }
    }
    let first = text[start] == 0x20 && start + 1 < text.count ? start + 1 : start
    let own = kind(text[first])
    if own != .space { return run(text, first, own) }
    let end = run(text, start, .space)
    // Of several the last goes with the word behind, unless there is none.
    return end < text.count && end - start > 1 ? end - 1 : end
  }

  private static func run(_ text: [UInt32], _ start: Int, _ own: Kind) -> Int {
    var end = start + 1
    while end < text.count, kind(text[end]) == own { end += 1 }
    return end
  }
}
