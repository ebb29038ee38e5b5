// SPDX-License-Identifier: Apache-2.0

/// What becomes of what a pattern matched when a text is split there.
enum SplitBehavior: String, CaseIterable, Sendable {
  /// It goes.
  case removed = "Removed"
  /// It is a piece of its own.
  case isolated = "Isolated"
  /// It ends the piece before it.
  case mergedWithPrevious = "MergedWithPrevious"
  /// It begins the piece behind it.
  case mergedWithNext = "MergedWithNext"
  /// Matches side by side are one piece, as what is between them is.
  case contiguous = "Contiguous"
}

/// A stretch of a text, and whether the pattern matched it.
struct Stretch {
  var range: Range<Int>
  var isMatch: Bool
}

enum Splitting {
  /// Stretches of single code points that satisfy a condition, and of what is between them.
  static func stretches(_ text: [UInt32], where condition: (UInt32) -> Bool) -> [Stretch] {
    var found: [Stretch] = []
    var start = 0
    for (place, code) in text.enumerated() where condition(code) {
      if start < place { found.append(Stretch(range: start..<place, isMatch: false)) }
      found.append(Stretch(range: place..<place + 1, isMatch: true))
      start = place + 1
    }
    if start < text.count { found.append(Stretch(range: start..<text.count, isMatch: false)) }
    return found
  }

  /// The pieces that stretches make; none is empty.
  static func pieces(
    of piece: Piece, _ stretches: [Stretch], _ behavior: SplitBehavior, inverted: Bool = false
  ) -> [Piece] {
    let stretches =
      inverted ? stretches.map { Stretch(range: $0.range, isMatch: !$0.isMatch) } : stretches
    return ranges(stretches, behavior).filter { !$0.isEmpty }.map { piece.part($0) }
  }

  private static func ranges(_ stretches: [Stretch], _ behavior: SplitBehavior) -> [Range<Int>] {
    switch behavior {
    case .removed: return stretches.filter { !$0.isMatch }.map(\.range)
    case .isolated: return stretches.map(\.range)
    case .contiguous: return joined(stretches) { $0 == $1 }
    case .mergedWithPrevious: return joined(stretches) { $0 && !$1 }
    case .mergedWithNext:
      let mirrored = stretches.reversed().map {
        Stretch(range: -$0.range.upperBound..<(-$0.range.lowerBound), isMatch: $0.isMatch)
      }
      return joined(mirrored) { $0 && !$1 }.reversed().map {
        -$0.upperBound..<(-$0.lowerBound)
      }
    }
  }

  /// Ranges of which one goes on where `goesOn(it, the one before)` says so.
  private static func joined(
    _ stretches: [Stretch], _ goesOn: (Bool, Bool) -> Bool
  ) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var previous = false
    for stretch in stretches {
      if goesOn(stretch.isMatch, previous), let last = found.popLast() {
        found.append(last.lowerBound..<stretch.range.upperBound)
      } else {
        found.append(stretch.range)
      }
      previous = stretch.isMatch
    }
    return found
  }
}
