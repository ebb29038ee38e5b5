/// A section that knows the valid range of each of its values.
package protocol RangeChecking {
  /// Throws a `ConfigIssue` for the first value out of its range; the section lies at `path`.
  func check(at path: ConfigPath) throws
}

/// The valid values of a number, with the words for them.
package struct AllowedRange<Number: Comparable & Sendable>: Sendable {
  let words: String
  let contains: @Sendable (Number) -> Bool

  /// `minimum` or more.
  package static func atLeast(_ minimum: Number) -> Self {
    Self(words: "at least \(minimum)") { $0 >= minimum }
  }

  /// More than `bound`.
  package static func above(_ bound: Number) -> Self {
    Self(words: "a number above \(bound)") { $0 > bound }
  }

  /// From `bounds.lowerBound` up to, but not including, the upper bound.
  package static func from(_ bounds: Range<Number>) -> Self {
    Self(words: "at least \(bounds.lowerBound) and below \(bounds.upperBound)") {
      bounds.contains($0)
    }
  }

  /// From `bounds.lowerBound` to the upper bound, both included.
  package static func within(_ bounds: ClosedRange<Number>) -> Self {
    Self(words: "a number from \(bounds.lowerBound) to \(bounds.upperBound)") {
      bounds.contains($0)
    }
  }

  /// Strictly between two bounds.
  package static func between(_ low: Number, _ high: Number) -> Self {
    Self(words: "a number between \(low) and \(high), both excluded") { $0 > low && $0 < high }
  }
}

extension ConfigPath {
  /// Throws unless `value`, the property `key` of the section at this path, is nil or in `range`.
  package func check<Number>(
    _ key: String, _ value: Number?, _ range: AllowedRange<Number>
  ) throws {
    guard let value, !range.contains(value) else { return }
    let place = appending(key)
    throw ConfigIssue(at: place, "\(place) is \(value)", fix: "expected \(range.words)")
  }

  /// Throws unless `condition` holds for the property `key` of the section at this path.
  package func check(
    _ key: String, _ condition: Bool, found value: ConfigValue, expected: String
  ) throws {
    guard !condition else { return }
    throw ConfigIssue(at: appending(key), found: value, expected: expected)
  }
}
