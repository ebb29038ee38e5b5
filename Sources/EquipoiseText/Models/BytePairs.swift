// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Synchronization

/// Byte-pair encoding (Sennrich et al., 2016): the two neighbours that were merged first when the vocabulary was made are
/// merged first, until none are left. Of symbols that stand side by side twice the first pair is merged first.
final class BytePairs: TokenModel {
  /// What else a tokeniser says of it.
  struct Options {
    /// The token of a character that is none; nil leaves it out.
    var unknown: [UInt32]?
    /// Stands before every character but the first.
    var prefix: [UInt32] = []
    /// Stands behind the last.
    var suffix: [UInt32] = []
    /// Whether unknown characters side by side are one token.
    var fusesUnknown = false
    /// Whether an unknown character is the tokens of its bytes.
    var fallsBackToBytes = false
    /// Whether a piece that is a token is not taken apart.
    var ignoresMerges = false
  }

  private struct Merge {
    let rank: Int32
    let token: Int32
  }

  private let trie: TokenTrie
  let size: Int
  private let merges: [UInt64: Merge]
  private let options: Options
  private let unknown: Int?
  private let bytes: [Int]?
  /// Words that were taken apart before.
  private let known = Mutex([[UInt32]: [Int]]())
  private static let mostKnown = 10_000
  private static let longestKnown = 64

  /// - Parameters:
  ///   - vocabulary: the tokens.
  ///   - pairs: the tokens that are merged, the first first.
  ///   - options: what else the tokeniser says.
  /// - Throws: `EquipoiseError` for a merge of what are no tokens.
  init(
    _ vocabulary: [(text: [UInt32], token: Int)],
    merging pairs: [(first: [UInt32], second: [UInt32])],
    _ options: Options
  ) throws {
    let trie = TokenTrie(vocabulary)
    self.trie = trie
    self.options = options
    size = (vocabulary.map(\.token).max() ?? -1) + 1
    unknown = options.unknown.flatMap { trie[$0] }
    bytes = options.fallsBackToBytes ? ByteTokens.found(in: trie) : nil
    var merges: [UInt64: Merge] = [:]
    merges.reserveCapacity(pairs.count)
    for (rank, pair) in pairs.enumerated() {
      let whole = pair.first + pair.second.dropFirst(options.prefix.count)
      guard let a = trie[pair.first], let b = trie[pair.second], let token = trie[whole] else {
        throw EquipoiseError(
          .data,
          "merge \(rank) is of '\(String(codePoints: pair.first))' and "
            + "'\(String(codePoints: pair.second))', which are not both in the vocabulary with what "
            + "they become", at: "model.merges", fix: "get the file again")
      }
      merges[Self.key(Int32(a), Int32(b))] = Merge(rank: Int32(rank), token: Int32(token))
    }
    self.merges = merges
  }

  func id(of token: [UInt32]) -> Int? { trie[token] }

  private static func key(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  func append(_ piece: [UInt32], to tokens: inout [Int]) throws {
    if options.ignoresMerges, let token = trie[piece] { return tokens.append(token) }
    let isShort = piece.count <= Self.longestKnown
    if isShort, let found = known.withLock({ $0[piece] }) { return tokens += found }
    var word = Word(symbols(piece))
    word.merge { first, second in
      merges[Self.key(first, second)].map { ($0.rank, $0.token) }
    }
    let found = word.tokens
    if isShort {
      known.withLock { known in
        if known.count < Self.mostKnown { known[piece] = found }
      }
    }
    tokens += found
  }

  /// The tokens of the characters.
  private func symbols(_ piece: [UInt32]) -> [Int32] {
    var symbols: [Int32] = []
    symbols.reserveCapacity(piece.count)
    /// An unknown token that is written when it is known that the next is none, too.
    var isPending = false
    for (place, code) in piece.enumerated() {
      let text =
        (place > 0 ? options.prefix : []) + [code]
        + (place + 1 == piece.count ? options.suffix : [])
      if let token = trie[text] {
        if isPending, let unknown { symbols.append(Int32(unknown)) }
        isPending = false
        symbols.append(Int32(token))
      } else if let own = bytes.flatMap({ ByteTokens.tokens(of: text, $0) }) {
        symbols += own.map { Int32($0) }
      } else if let unknown {
        if isPending, !options.fusesUnknown { symbols.append(Int32(unknown)) }
        isPending = true
      }
    }
    if isPending, let unknown { symbols.append(Int32(unknown)) }
    return symbols
  }
}

/// The tokens `<0x00>` to `<0xFF>` of single bytes.
enum ByteTokens {
  /// Those of a vocabulary, -1 where it lacks one.
  static func found(in trie: TokenTrie) -> [Int] {
    (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return trie["<0x\(digits.count < 2 ? "0" : "")\(digits)>".codePoints] ?? -1
    }
  }

  /// The bytes of a text in UTF-8; nil where one has no token.
  static func tokens(of text: [UInt32], _ bytes: [Int]) -> [Int]? {
    let own = String(codePoints: text).utf8.map { bytes[Int($0)] }
    return own.contains(-1) ? nil : own
  }
}

/// Symbols that are merged.
private struct Word {
  private var symbols: [Int32]
  private var lengths: [Int32]
  private var previous: [Int32]
  private var next: [Int32]

  init(_ symbols: [Int32]) {
    self.symbols = symbols
    let count = Int32(symbols.count)
    lengths = [Int32](repeating: 1, count: symbols.count)
    previous = (0..<count).map { $0 - 1 }
    next = (0..<count).map { $0 + 1 < count ? $0 + 1 : -1 }
  }

  var tokens: [Int] {
    zip(symbols, lengths).compactMap { $1 == 0 ? nil : Int($0) }
  }

  /// A pair that may be merged; a later one is worth less.
  private struct Candidate {
    let rank: Int32
    let place: Int32
    let token: Int32

    func isBefore(_ other: Candidate) -> Bool {
      rank != other.rank ? rank < other.rank : place < other.place
    }
  }

  /// Merges until nothing is left. A candidate counts as long as its place and the one behind it become its token,
  /// whatever has become of them since it was found.
  mutating func merge(by rule: (Int32, Int32) -> (rank: Int32, token: Int32)?) {
    guard symbols.count > 1 else { return }
    var heap = Heap()
    for place in 0..<symbols.count - 1 {
      if let found = rule(symbols[place], symbols[place + 1]) {
        heap.insert(Candidate(rank: found.rank, place: Int32(place), token: found.token))
      }
    }
    while let best = heap.popFirst() {
      let place = Int(best.place)
      guard lengths[place] != 0, next[place] >= 0 else { continue }
      let other = Int(next[place])
      guard rule(symbols[place], symbols[other])?.token == best.token else { continue }
      symbols[place] = best.token
      lengths[place] += lengths[other]
      lengths[other] = 0
      next[place] = next[other]
      if next[place] >= 0 { previous[Int(next[place])] = best.place }
      if previous[place] >= 0 {
        let before = previous[place]
        if let found = rule(symbols[Int(before)], symbols[place]) {
          heap.insert(Candidate(rank: found.rank, place: before, token: found.token))
        }
      }
      if next[place] >= 0, let found = rule(symbols[place], symbols[Int(next[place])]) {
        heap.insert(Candidate(rank: found.rank, place: best.place, token: found.token))
      }
    }
  }

  /// The least first.
  private struct Heap {
    private var items: [Candidate] = []

    mutating func insert(_ item: Candidate) {
      items.append(item)
      var child = items.count - 1
      while child > 0, items[child].isBefore(items[(child - 1) / 2]) {
        items.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func popFirst() -> Candidate? {
      guard let first = items.first, let last = items.popLast() else { return nil }
      guard !items.isEmpty else { return first }
      items[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2]
        where child < items.count && items[child].isBefore(items[least]) { least = child }
        if least == parent { return first }
        items.swapAt(parent, least)
        parent = least
      }
    }
  }
}
