// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// How a part of the model is trained.
public struct PartConfiguration: ConfigurationSection, RangeChecking {
  /// Whether it is not trained: its parameters stay, and its batch normalisation keeps to the running statistics.
  public var frozen = false
  /// The epoch, from 0, from which on it is trained after all; nil never.
  public var unfreezeAtEpoch: Int?
  /// Its learning rate divided by the optimiser's.
  public var learningRateFactor = 1.0
  /// Of an encoder of D blocks, the factor from each block to the one before it: block d, from 0, has the learning rate
  /// times this to the power of D − d.
  public var layerDecay = 1.0
  /// Its weight decay; nil takes the optimiser's.
  public var weightDecay: Double?

  /// The defaults.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("unfreezeAtEpoch", unfreezeAtEpoch, .threshold(1))
    try path.check(
      "unfreezeAtEpoch", frozen || unfreezeAtEpoch == nil,
      found: unfreezeAtEpoch.map(ConfigValue.integer) ?? .null, expected: "null unless frozen")
    try path.check("learningRateFactor", learningRateFactor, .above(0, to: 1e6))
    try path.check("layerDecay", layerDecay, .above(0, to: 1))
    try path.check("weightDecay", weightDecay, .atLeast(0))
  }
}

/// A pattern for names of parameters, such as `encoders.*`: it stands for every parameter whose name begins with it.
///
/// `*` stands for any letters but dots, `?` for one. `head` is `fusion`.
package struct PartPattern: Hashable, Sendable {
  /// As it was written.
  package let text: String
  private let words: [[Character]]

  /// The pattern that a text is.
  package init(_ text: String) {
    self.text = text
    let words = text.split(separator: ".", omittingEmptySubsequences: false).map(Array.init)
    self.words = words.first == Array("head") ? [Array("fusion")] + words.dropFirst() : words
  }

  /// Whether a dotted name begins with it.
  package func matches(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(Array.init)
    guard parts.count >= words.count else { return false }
    return zip(words, parts).allSatisfy { Self.matches($0[...], $1[...]) }
  }

  /// How much a pattern says: one of more words, then one of more letters that stand for themselves.
  private var detail: (Int, Int, String) {
    (words.count, words.joined().count { $0 != "*" && $0 != "?" }, text)
  }

  /// Whether it decides where both match.
  package func isCloser(than other: PartPattern) -> Bool { detail > other.detail }

  private static func matches(
    _ pattern: ArraySlice<Character>, _ word: ArraySlice<Character>
  ) -> Bool {
    guard let first = pattern.first else { return word.isEmpty }
    let rest = pattern.dropFirst()
    if first == "*" {
      return (word.startIndex...word.endIndex).contains { matches(rest, word[$0...]) }
    }
    guard let letter = word.first, first == "?" || first == letter else { return false }
    return matches(rest, word.dropFirst())
  }
}
