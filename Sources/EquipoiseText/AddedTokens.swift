// SPDX-License-Identifier: Apache-2.0

/// Tokens beside the model's, such as `[MASK]`: they are found in a text before anything is done to it, or after it was
/// normalised.
struct AddedTokens: Sendable {
  /// One of them.
  struct Token: Sendable {
    let text: [UInt32]
    let id: Int
    /// Whether it is only found where no word is beside it.
    var isWord = false
    /// Whether white space before it, or behind it, goes with it.
    var takesSpaceBefore = false
    var takesSpaceBehind = false
    /// Whether it is looked for in the normalised text.
    var isNormalized = false
  }

  private let tokens: [Int: Token]
  private let raw: TokenTrie
  private let normalized: TokenTrie
  private let normalizer: Normalizer?
  private let hasRaw: Bool
  private let hasNormalized: Bool

  /// Tokens, and what becomes of a text between them. Throws `Pattern.TooManySteps`.
  init(_ tokens: [Token], _ normalizer: Normalizer?) throws {
    let tokens = tokens.filter { !$0.text.isEmpty }
    self.tokens = Dictionary(tokens.map { ($0.id, $0) }) { $1 }
    self.normalizer = normalizer
    let plain = tokens.filter { !$0.isNormalized }
    raw = TokenTrie(plain.map { (text: $0.text, token: $0.id) })
    let others = try tokens.filter(\.isNormalized).map {
      (text: try normalizer?($0.text) ?? $0.text, token: $0.id)
    }
    normalized = TokenTrie(others.filter { !$0.text.isEmpty })
    (hasRaw, hasNormalized) = (!plain.isEmpty, !others.isEmpty)
  }

  /// The largest id, or -1.
  var largest: Int { tokens.keys.max() ?? -1 }

  /// A text as tokens that were found and normalised pieces between them. Throws `Pattern.TooManySteps`.
  func pieces(of text: [UInt32]) throws -> [Piece] {
    let whole = Piece(text, isFirst: true)
    return try (hasRaw ? found(in: whole, raw) : [whole]).flatMap { piece -> [Piece] in
      guard piece.token == nil else { return [piece] }
      var piece = piece
      piece.text = try normalizer?(piece.text) ?? piece.text
      return hasNormalized ? found(in: piece, normalized) : [piece]
    }.filter { !$0.text.isEmpty }
  }

  /// From left to right the longest token that begins at a place.
  private func found(in piece: Piece, _ trie: TokenTrie) -> [Piece] {
    let text = piece.text
    var pieces: [Piece] = []
    var (start, place) = (0, 0)
    while place < text.count {
      guard let match = longest(text, place, trie) else {
        place += 1
        continue
      }
      let end = place + match.text.count
      defer { place = end }
      if match.token.isWord, isWord(text, place - 1) || isWord(text, end) { continue }
      var (first, last) = (place, end)
      if match.token.takesSpaceBefore {
        while first > start, isSpace(text[first - 1]) { first -= 1 }
      }
      if match.token.takesSpaceBehind {
        while last < text.count, isSpace(text[last]) { last += 1 }
      }
      if start < first { pieces.append(piece.part(start..<first)) }
      pieces.append(
        Piece(Array(text[first..<max(first, last)]), isFirst: false, token: match.token.id))
      start = last
    }
    if start < text.count { pieces.append(piece.part(start..<text.count)) }
    return pieces
  }

  private func longest(
    _ text: [UInt32], _ start: Int, _ trie: TokenTrie
  ) -> (text: Range<Int>, token: Token)? {
    var node = TokenTrie.root
    var best: (text: Range<Int>, token: Token)?
    for place in start..<text.count {
      node = trie.step(node, text[place])
      if node == 0 { break }
      if let id = trie.token(at: node), let token = tokens[id] {
        best = (start..<place + 1, token)
      }
    }
    return best
  }

  private func isWord(_ text: [UInt32], _ place: Int) -> Bool {
    guard text.indices.contains(place) else { return false }
    let code = text[place]
    return CodePoints.answers(code).contains(.word) || code == 0x200C || code == 0x200D
  }

  private func isSpace(_ code: UInt32) -> Bool { CodePoints.answers(code).contains(.space) }
}
