// SPDX-License-Identifier: Apache-2.0

/// Texts of code points with a number each, found from their beginning: a trie whose steps are in one table of open
/// addressing, so that a vocabulary of a quarter of a million tokens is made in a moment.
struct TokenTrie: Sendable {
  /// `node << 21 | code point` of each step, 0 where there is none; no step begins with it, as nodes count from 1.
  private var keys: [UInt64]
  private var nodes: [Int32]
  /// The token that ends at each node; -1 where none does.
  private var tokens: [Int32] = [-1, -1]
  private var mask: Int
  private var count = 0

  /// The node before the first code point.
  static let root: Int32 = 1

  /// A trie of tokens; of two with the same text the later counts.
  init(_ entries: some Sequence<(text: [UInt32], token: Int)>, steps: Int = 64) {
    var size = 64
    while size < 2 * steps { size *= 2 }
    (keys, nodes) = ([UInt64](repeating: 0, count: size), [Int32](repeating: 0, count: size))
    mask = size - 1
    for entry in entries { insert(entry.text, Int32(clamping: entry.token)) }
  }

  private func place(_ key: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[place] != 0, keys[place] != key { place = (place + 1) & mask }
    return place
  }

  /// The node behind a code point; 0 where no token goes on so.
  func step(_ node: Int32, _ code: UInt32) -> Int32 {
    nodes[place(UInt64(node) << 21 | UInt64(code))]
  }

  /// The token that ends at a node; nil where none does.
  func token(at node: Int32) -> Int? { tokens[Int(node)] < 0 ? nil : Int(tokens[Int(node)]) }

  /// The token that is just this text.
  subscript(text: some Sequence<UInt32>) -> Int? {
    var node = Self.root
    for code in text {
      node = step(node, code)
      if node == 0 { return nil }
    }
    return token(at: node)
  }

  private mutating func insert(_ text: [UInt32], _ token: Int32) {
    var node = Self.root
    for code in text {
      let key = UInt64(node) << 21 | UInt64(code)
      var place = place(key)
      if keys[place] == 0 {
        if 2 * count >= keys.count {
          grow()
          place = self.place(key)
        }
        keys[place] = key
        nodes[place] = Int32(tokens.count)
        tokens.append(-1)
        count += 1
      }
      node = nodes[place]
    }
    tokens[Int(node)] = token
  }

  private mutating func grow() {
    let (oldKeys, oldNodes) = (keys, nodes)
    keys = [UInt64](repeating: 0, count: 2 * oldKeys.count)
    nodes = [Int32](repeating: 0, count: keys.count)
    mask = keys.count - 1
    for (key, node) in zip(oldKeys, oldNodes) where key != 0 {
      let place = place(key)
      (keys[place], nodes[place]) = (key, node)
    }
  }
}
