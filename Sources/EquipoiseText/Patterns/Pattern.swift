// SPDX-License-Identifier: Apache-2.0

/// A regular expression over code points, with Oniguruma's rules of what comes first.
struct Pattern: Sendable {
  /// A text took more steps than any that a pattern is for.
  struct TooManySteps: Error {}

  private let node: PatternNode
  private let beginning: Beginning?
  /// Steps of one search, and parts of a pattern inside one another while it is searched: more than tokenisers' patterns
  /// need, and less than a thread's stack holds.
  private static let most = 4_000_000
  private static let deepest = 200

  /// The pattern that `source` is. Throws `PatternParser.Refusal`.
  init(_ source: [UInt32]) throws { self.init(try PatternParser.parse(source)) }

  /// A text as it stands.
  init(literally text: [UInt32]) {
    self.init(.sequence(text.map { .set(TakenCodePoints(CodePointSet($0))) }))
  }

  private init(_ node: PatternNode) { (self.node, beginning) = (node.prepared, node.beginning) }

  /// The matches from left to right, and what is between them. Throws ``TooManySteps``.
  func stretches(_ text: [UInt32]) throws -> [Stretch] {
    var found: [Stretch] = []
    var previous = 0
    for range in try matches(text) {
      if previous < range.lowerBound {
        found.append(Stretch(range: previous..<range.lowerBound, isMatch: false))
      }
      found.append(Stretch(range: range, isMatch: true))
      previous = range.upperBound
    }
    if previous < text.count {
      found.append(Stretch(range: previous..<text.count, isMatch: false))
    }
    return found
  }

  /// The matches from left to right. An empty one is not repeated where the one before ended.
  func matches(_ text: [UInt32]) throws -> [Range<Int>] {
    var found: [Range<Int>] = []
    try text.withUnsafeBufferPointer { text in
      var search = Search(text: text, steps: Self.most)
      var (start, last) = (0, -1)
      while start <= text.count {
        if let beginning {
          while start < text.count, !beginning.contains(text[start]) { start += 1 }
          guard start < text.count else { break }
        }
        guard let end = try search.end(of: node, from: start) else {
          start += 1
          continue
        }
        if end == start {
          if last != start { found.append(start..<end) }
          start += 1
        } else {
          found.append(start..<end)
          start = end
        }
        last = end
      }
    }
    return found
  }

  private struct Search {
    let text: UnsafeBufferPointer<UInt32>
    var steps: Int
    private var depth = 0

    init(text: UnsafeBufferPointer<UInt32>, steps: Int) { (self.text, self.steps) = (text, steps) }

    mutating func end(of node: PatternNode, from start: Int) throws -> Int? {
      try match(node, start) { _, end in end }
    }

    /// The end of the whole where `node` is matched at `start` and `rest` behind it.
    private mutating func match(
      _ node: PatternNode, _ start: Int, _ rest: (inout Search, Int) throws -> Int?
    ) throws -> Int? {
      steps -= 1
      depth += 1
      defer { depth -= 1 }
      guard steps > 0, depth < Pattern.deepest else { throw TooManySteps() }
      switch node {
      case .set(let set):
        guard start < text.count, set.contains(text[start]) else { return nil }
        return try rest(&self, start + 1)
      case .sequence(let parts): return try sequence(parts, 0, start, rest)
      case .choice(let parts):
        for part in parts {
          if let beginning = part.beginning {
            guard start < text.count, beginning.contains(text[start]) else { continue }
          }
          if let end = try match(part.node, start, rest) { return end }
        }
        return nil
      case .alternatives(let parts):
        for part in parts {
          if let end = try match(part, start, rest) { return end }
        }
        return nil
      case .repeated(let part, let times, let greed):
        return try repeated(part, times, greed, start, rest)
      case .ahead(let part, let isWanted):
        let isThere = try match(part, start) { _, end in end } != nil
        return isThere == isWanted ? try rest(&self, start) : nil
      case .behind(let part, let length, let isWanted):
        let isThere =
          try start >= length && match(part, start - length) { _, end in end } != nil
        return isThere == isWanted ? try rest(&self, start) : nil
      case .place(let place): return isAt(place, start) ? try rest(&self, start) : nil
      }
    }

    private mutating func sequence(
      _ parts: [PatternNode], _ index: Int, _ start: Int,
      _ rest: (inout Search, Int) throws -> Int?
    ) throws -> Int? {
      var (index, start) = (index, start)
      // Nothing to come back to in single code points.
      while index < parts.count, case .set(let set) = parts[index] {
        guard start < text.count, set.contains(text[start]) else { return nil }
        (index, start) = (index + 1, start + 1)
      }
      guard index < parts.count else { return try rest(&self, start) }
      let next = index + 1
      return try match(parts[index], start) { search, end in
        next == parts.count ? try rest(&search, end) : try search.sequence(parts, next, end, rest)
      }
    }

    private mutating func repeated(
      _ part: PatternNode, _ times: Range<Int>, _ greed: PatternNode.Greed, _ start: Int,
      _ rest: (inout Search, Int) throws -> Int?
    ) throws -> Int? {
      if case .set(let set) = part { return try repeated(set, times, greed, start, rest) }
      if greed == .possessive {
        var (end, count) = (start, 0)
        while count < times.upperBound - 1, let next = try match(part, end, { _, end in end }) {
          (end, count) = (next, count + 1)
          if next == end, count >= times.lowerBound { break }
        }
        return count >= times.lowerBound ? try rest(&self, end) : nil
      }
      return try more(part, times, greed, start, 0, rest)
    }

    private mutating func more(
      _ part: PatternNode, _ times: Range<Int>, _ greed: PatternNode.Greed, _ start: Int,
      _ count: Int, _ rest: (inout Search, Int) throws -> Int?
    ) throws -> Int? {
      func again(_ search: inout Search) throws -> Int? {
        guard count < times.upperBound - 1 else { return nil }
        return try search.match(part, start) { search, end in
          // What takes nothing is not taken again.
          end == start && count >= times.lowerBound
            ? nil : try search.more(part, times, greed, end, count + 1, rest)
        }
      }
      guard count >= times.lowerBound else { return try again(&self) }
      if greed == .reluctant {
        if let end = try rest(&self, start) { return end }
        return try again(&self)
      }
      if let end = try again(&self) { return end }
      return try rest(&self, start)
    }

    /// Single code points need no memory of how often.
    private mutating func repeated(
      _ set: TakenCodePoints, _ times: Range<Int>, _ greed: PatternNode.Greed, _ start: Int,
      _ rest: (inout Search, Int) throws -> Int?
    ) throws -> Int? {
      let most = times.upperBound == Int.max ? text.count : times.upperBound - 1
      var count = 0
      if greed == .reluctant {
        while true {
          if count >= times.lowerBound, let end = try rest(&self, start + count) { return end }
          guard count < most, start + count < text.count, set.contains(text[start + count]) else {
            return nil
          }
          count += 1
        }
      }
      while count < most, start + count < text.count, set.contains(text[start + count]) {
        count += 1
      }
      steps -= count
      guard count >= times.lowerBound else { return nil }
      if greed == .possessive { return try rest(&self, start + count) }
      while count >= times.lowerBound {
        if let end = try rest(&self, start + count) { return end }
        count -= 1
      }
      return nil
    }

    private func isAt(_ place: PatternNode.Place, _ start: Int) -> Bool {
      switch place {
      case .textStart: start == 0
      case .textEnd: start == text.count
      case .lineStart: start == 0 || (text[start - 1] == 0x0A && start < text.count)
      case .lineEnd: start == text.count || text[start] == 0x0A
      case .wordEdge: isWord(start - 1) != isWord(start)
      case .noWordEdge: isWord(start - 1) == isWord(start)
      }
    }

    private func isWord(_ place: Int) -> Bool {
      place >= 0 && place < text.count && CodePoints.answers(text[place]).contains(.word)
    }
  }
}
