// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The likeliest way to make a text of tokens, whose probabilities are independent (Kudo, 2018), as SentencePiece finds it.
struct Unigram: TokenModel {
  private let trie: TokenTrie
  let size: Int
  private let scores: [Double]
  private let unknown: Int?
  private let unknownScore: Double
  private let bytes: [Int]?

  /// How much less likely than the least likely token an unknown character is.
  private static let penalty = 10.0

  /// - Parameters:
  ///   - vocabulary: each token with the logarithm of its probability; its place is its id.
  ///   - unknown: the token of a character that is in none.
  ///   - fallsBackToBytes: whether an unknown character is the tokens of its bytes.
  init(_ vocabulary: [(text: [UInt32], score: Double)], unknown: Int?, fallsBackToBytes: Bool) {
    trie = TokenTrie(
      vocabulary.enumerated().map { (text: $1.text, token: $0) }, steps: 4 * vocabulary.count)
    scores = vocabulary.map(\.score)
    size = vocabulary.count
    self.unknown = unknown
    unknownScore = (scores.min() ?? 0) - Self.penalty
    bytes = fallsBackToBytes ? ByteTokens.found(in: trie) : nil
  }

  func id(of token: [UInt32]) -> Int? { trie[token] }

  /// The best way to each place: where its last token began, which it is, and how likely it is.
  private struct Way {
    var start = -1
    var token = 0
    var score = 0.0

    mutating func take(_ token: Int, from start: Int, _ score: Double) {
      if self.start < 0 || score > self.score {
        (self.start, self.token, self.score) = (start, token, score)
      }
    }
  }

  func append(_ piece: [UInt32], to tokens: inout [Int]) throws {
    var ways = [Way](repeating: Way(), count: piece.count + 1)
    for start in 0..<piece.count {
      let score = ways[start].score
      var isKnown = false
      var node = TokenTrie.root
      for place in start..<piece.count {
        node = trie.step(node, piece[place])
        if node == 0 { break }
        guard let token = trie.token(at: node) else { continue }
        ways[place + 1].take(token, from: start, scores[token] + score)
        if place == start { isKnown = true }
      }
      guard !isKnown else { continue }
      guard let unknown else { throw UnknownToken.error(piece) }
      ways[start + 1].take(unknown, from: start, unknownScore + score)
    }
    for part in parts(ways) { try append(piece[part], to: &tokens) }
  }

  /// The tokens' ranges from left to right; unknown ones side by side are one.
  private func parts(_ ways: [Way]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var end = ways.count - 1
    var unknownEnd: Int?
    while end > 0 {
      let way = ways[end]
      if way.token == unknown {
        unknownEnd = unknownEnd ?? end
      } else {
        if let last = unknownEnd { parts.append(end..<last) }
        unknownEnd = nil
        parts.append(way.start..<end)
      }
      end = way.start
    }
    if let last = unknownEnd { parts.append(0..<last) }
    return parts.reversed()
  }

  private func append(_ part: ArraySlice<UInt32>, to tokens: inout [Int]) throws {
    if let token = trie[part] { return tokens.append(token) }
    if let own = bytes.flatMap({ ByteTokens.tokens(of: Array(part), $0) }) { return tokens += own }
    guard let unknown else { throw UnknownToken.error(Array(part)) }
    tokens.append(unknown)
  }
}
