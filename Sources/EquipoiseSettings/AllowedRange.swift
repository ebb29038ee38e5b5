// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A section that knows the valid range of each of its values.
///
/// ```swift
/// func check(at path: ConfigPath) throws { try path.check("weight", weight, .atLeast(0)) }
/// ```
public protocol RangeChecking {
  /// Checks every value, by ``ConfigPath/check(_:_:_:)``.
  ///
  /// - Parameter path: where the section lies.
  /// - Throws: an issue for the first value out of its range; the user sees it as an `EquipoiseError` that names
  ///   the key, the value, what was expected, and the file and line or the argument it came from.
  func check(at path: ConfigPath) throws
}

/// A number that a setting may be. Every range ends where sums and products of settings with sizes of
/// real data still fit into 64 bits and single precision.
public protocol SettingNumber: Comparable, Sendable {
  /// The largest value of a setting that has no limit of its own.
  static var settingLimit: Self { get }
}

extension Int: SettingNumber {
  /// 1 000 000 000.
  public static var settingLimit: Int { 1_000_000_000 }
}

extension Double: SettingNumber {
  /// 1 000 000 000.
  public static var settingLimit: Double { 1e9 }
}

/// The valid values of a number, with the words for them.
public struct AllowedRange<Number: SettingNumber>: Sendable {
  /// What is expected instead of a value that is not valid.
  let words: @Sendable (Number) -> String
  let contains: @Sendable (Number) -> Bool

  private init(_ words: String, _ contains: @escaping @Sendable (Number) -> Bool) {
    self.words = { _ in words }
    self.contains = contains
  }

  private init(
    _ words: String, to limit: Number, _ contains: @escaping @Sendable (Number) -> Bool
  ) {
    self.words = { $0 > limit ? "at most \(Self.text(limit))" : words }
    self.contains = { contains($0) && $0 <= limit }
  }

  /// `minimum` or more, up to a limit.
  public static func atLeast(_ minimum: Number, to limit: Number = .settingLimit) -> Self {
    Self("at least \(minimum)", to: limit) { $0 >= minimum }
  }

  /// More than `bound`, up to a limit.
  public static func above(_ bound: Number, to limit: Number = .settingLimit) -> Self {
    Self("a number above \(bound)", to: limit) { $0 > bound }
  }

  /// From `bounds.lowerBound` up to, but not including, the upper bound.
  public static func from(_ bounds: Range<Number>) -> Self {
    Self("at least \(bounds.lowerBound) and below \(bounds.upperBound)") { bounds.contains($0) }
  }

  /// From `bounds.lowerBound` to the upper bound, both included.
  public static func within(_ bounds: ClosedRange<Number>) -> Self {
    Self("a number from \(bounds.lowerBound) to \(bounds.upperBound)") { bounds.contains($0) }
  }

  /// Strictly between two bounds.
  public static func between(_ low: Number, _ high: Number) -> Self {
    Self("a number between \(low) and \(high), both excluded") { $0 > low && $0 < high }
  }

  /// A limit without the ".0" of whole numbers.
  private static func text(_ limit: Number) -> String {
    let text = "\(limit)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension AllowedRange<Int> {
  /// The seeds of random streams: only compared and hashed, so that any size is fine.
  public static var seed: Self { .atLeast(0, to: .max) }

  /// Numbers that are compared with a count and never calculated with.
  public static func threshold(_ minimum: Int) -> Self { .atLeast(minimum, to: .max) }
}

extension ConfigPath {
  /// Throws unless `value`, the property `key` of the section at this path, is nil or in `range`.
  ///
  /// - Parameters:
  ///   - key: the property's name.
  ///   - value: its value.
  ///   - range: the valid values.
  /// - Throws: an issue that names key, value and range.
  public func check<Number>(
    _ key: String, _ value: Number?, _ range: AllowedRange<Number>
  ) throws {
    guard let value, !range.contains(value) else { return }
    let place = appending(key)
    throw ConfigIssue(at: place, "\(place) is \(value)", fix: "expected \(range.words(value))")
  }

  /// Throws unless `condition` holds for the property `key` of the section at this path.
  package func check(
    _ key: String, _ condition: Bool, found value: ConfigValue, expected: String
  ) throws {
    guard !condition else { return }
    throw ConfigIssue(at: appending(key), found: value, expected: expected)
  }
}
