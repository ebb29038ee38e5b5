// SPDX-License-Identifier: Apache-2.0

/// What a regular expression is made of.
indirect enum PatternNode: Sendable {
  /// One code point.
  case set(TakenCodePoints)
  /// One after the other.
  case sequence([PatternNode])
  /// The first of them with which the rest matches, too.
  case alternatives([PatternNode])
  /// The same, when it is searched with.
  case choice([Choice])
  /// Something several times.
  case repeated(PatternNode, Range<Int>, Greed)
  /// What stands there, without being taken.
  case ahead(PatternNode, isWanted: Bool)
  /// What stands before, of a fixed length.
  case behind(PatternNode, length: Int, isWanted: Bool)
  /// A place.
  case place(Place)

  /// One of some alternatives, with what it can begin with; nil where that may be anything.
  struct Choice: Sendable {
    let beginning: Beginning?
    let node: PatternNode
  }

  /// How often something that may be repeated is taken.
  enum Greed: Sendable {
    /// As often as possible, and less often if the rest does not match otherwise.
    case greedy
    /// As seldom as possible.
    case reluctant
    /// As often as possible, whatever follows.
    case possessive
  }

  /// A place that takes no code point.
  enum Place: Sendable {
    case textStart
    case textEnd
    case lineStart
    case lineEnd
    case wordEdge
    case noWordEdge
  }

  /// How many code points it takes, where that is always as many.
  var length: Int? {
    switch self {
    case .set: return 1
    case .sequence(let parts):
      return parts.reduce(0) { sum, part in sum.flatMap { a in part.length.map { a + $0 } } }
    case .alternatives(let parts):
      let lengths = parts.map(\.length)
      guard let first = lengths.first, lengths.allSatisfy({ $0 == first }) else { return nil }
      return first
    case .choice(let parts): return PatternNode.alternatives(parts.map(\.node)).length
    case .repeated(let part, let times, _):
      return times.count == 1 ? part.length.map { $0 * times.lowerBound } : nil
    case .ahead, .behind, .place: return 0
    }
  }
}
