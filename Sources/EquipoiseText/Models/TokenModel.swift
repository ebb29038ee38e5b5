// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// From a piece of a text to tokens.
protocol TokenModel: Sendable {
  /// The number of tokens of its own: one more than the largest id.
  var size: Int { get }
  /// The id of a token.
  func id(of token: [UInt32]) -> Int?
  /// Appends a piece's tokens.
  ///
  /// - Throws: `EquipoiseError` where a piece has no token and there is none for what is unknown.
  func append(_ piece: [UInt32], to tokens: inout [Int]) throws
}

/// A whole piece is a token.
struct WordLevel: TokenModel {
  private let trie: TokenTrie
  let size: Int
  private let unknown: Int?

  init(_ vocabulary: [(text: [UInt32], token: Int)], unknown: [UInt32]) {
    trie = TokenTrie(vocabulary)
    size = (vocabulary.map(\.token).max() ?? -1) + 1
    self.unknown = trie[unknown]
  }

  func id(of token: [UInt32]) -> Int? { trie[token] }

  func append(_ piece: [UInt32], to tokens: inout [Int]) throws {
    guard let token = trie[piece] ?? unknown else { throw UnknownToken.error(piece) }
    tokens.append(token)
  }
}

/// The longest token that a word begins with, then the longest that goes on so (Wu et al., 2016; Devlin et al., 2019).
struct WordPiece: TokenModel {
  /// All tokens, and those that go on without what marks that they do.
  private let whole: TokenTrie
  private let continuing: TokenTrie
  let size: Int
  private let unknown: Int?
  private let longest: Int

  /// - Parameters:
  ///   - vocabulary: the tokens.
  ///   - unknown: the token of a word that is made of no tokens.
  ///   - prefix: what marks a token inside a word, `##`.
  ///   - longest: a word of more code points is unknown.
  init(
    _ vocabulary: [(text: [UInt32], token: Int)], unknown: [UInt32], prefix: [UInt32], longest: Int
  ) {
    whole = TokenTrie(vocabulary)
    continuing = TokenTrie(
      vocabulary.filter { $0.text.starts(with: prefix) }.map {
        (text: Array($0.text.dropFirst(prefix.count)), token: $0.token)
      })
    size = (vocabulary.map(\.token).max() ?? -1) + 1
    self.unknown = whole[unknown]
    self.longest = longest
  }

  func id(of token: [UInt32]) -> Int? { whole[token] }

  func append(_ piece: [UInt32], to tokens: inout [Int]) throws {
    let before = tokens.count
    var start = 0
    while start < piece.count, piece.count <= longest {
      let trie = start == 0 ? whole : continuing
      var found: (end: Int, token: Int)?
      var node = TokenTrie.root
      for place in start..<piece.count {
        node = trie.step(node, piece[place])
        if node == 0 { break }
        if let token = trie.token(at: node) { found = (place + 1, token) }
      }
      guard let found else { break }
      tokens.append(found.token)
      start = found.end
    }
    guard start < piece.count else { return }
    tokens.removeSubrange(before...)
    guard let unknown else { throw UnknownToken.error(piece) }
    tokens.append(unknown)
  }
}

/// What is said of a piece that no token stands for.
enum UnknownToken {
  static func error(_ piece: [UInt32]) -> EquipoiseError {
    EquipoiseError(
      .data,
      "the tokeniser has no token for '\(String(codePoints: piece.prefix(40)))', and none for what is unknown",
      fix: "leave the text out, or take another tokeniser")
  }
}
