// SPDX-License-Identifier: Apache-2.0

/// What a match can begin with, so that most places of a text are passed without a try: exact of ASCII, of everything else
/// one answer.
struct Beginning: Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var others = false

  /// Nothing.
  init() {}

  /// Whatever there is, and the end of the text.
  static let anything: Beginning = {
    var all = Beginning()
    (all.low, all.high, all.others) = (.max, .max, true)
    return all
  }()

  /// What a set takes.
  init(_ set: TakenCodePoints) { (low, high, others) = (set.low, set.high, true) }

  /// Whether a match can begin with a code point.
  func contains(_ code: UInt32) -> Bool {
    if code < 64 { return low >> UInt64(code) & 1 == 1 }
    if code < 128 { return high >> UInt64(code - 64) & 1 == 1 }
    return others
  }

  /// The same and another's.
  func union(_ other: Beginning) -> Beginning {
    var both = self
    (both.low, both.high) = (low | other.low, high | other.high)
    both.others = others || other.others
    return both
  }
}

extension PatternNode {
  /// What its matches can begin with; nil where one may take nothing.
  var beginning: Beginning? {
    switch self {
    case .set(let set): return Beginning(set)
    case .sequence(let parts):
      var all = Beginning()
      for part in parts {
        if let own = part.beginning { return all.union(own) }
        guard case .repeated(let inner, _, _) = part, let own = inner.beginning else { return nil }
        all = all.union(own)
      }
      return nil
    case .alternatives(let parts):
      return parts.reduce(Beginning()) { all, part in
        all.flatMap { all in part.beginning.map { all.union($0) } }
      }
    case .repeated(let part, let times, _): return times.lowerBound > 0 ? part.beginning : nil
    case .choice(let parts):
      return PatternNode.alternatives(parts.map(\.node)).beginning
    case .ahead, .behind, .place: return nil
    }
  }

  /// The same with alternatives that know what they begin with.
  var prepared: PatternNode {
    switch self {
    case .sequence(let parts): .sequence(parts.map(\.prepared))
    case .alternatives(let parts):
      .choice(parts.map { Choice(beginning: $0.beginning, node: $0.prepared) })
    case .repeated(let part, let times, let greed): .repeated(part.prepared, times, greed)
    case .ahead(let part, let isWanted): .ahead(part.prepared, isWanted: isWanted)
    case .behind(let part, let length, let isWanted):
      .behind(part.prepared, length: length, isWanted: isWanted)
    case .set, .choice, .place: self
    }
  }
}
