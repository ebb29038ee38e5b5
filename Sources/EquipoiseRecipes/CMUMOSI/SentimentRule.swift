// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// How the sentiment of an utterance, from −3 to 3, becomes a class. Papers differ in it, and numbers by
/// different rules do not compare.
public enum SentimentRule: String, ConfigurationChoice {
  /// Two classes: above 0 is positive, so that 0 counts as negative. MultiBench.
  case positive
  /// Two classes: below 0 is negative, so that 0 counts as positive. BalanceBenchmark.
  case nonNegative = "non-negative"
  /// Two classes: utterances at 0 are left out.
  case withoutNeutral = "without-neutral"
  /// Three classes: below, at and above 0.
  case three = "3-class"
  /// Seven classes: the nearest whole number, halves to the even one.
  case seven = "7-class"

  /// The names of the classes, in order.
  var classes: [String] {
    switch self {
    case .positive: ["not positive", "positive"]
    case .nonNegative: ["negative", "not negative"]
    case .withoutNeutral: ["negative", "positive"]
    case .three: ["negative", "neutral", "positive"]
    case .seven: SentimentRule.sevenSteps
    }
  }

  /// The class of a score; nil for one that is left out.
  func code(_ score: Double) -> Int? {
    switch self {
    case .positive: score > 0 ? 1 : 0
    case .nonNegative: score < 0 ? 0 : 1
    case .withoutNeutral: score == 0 ? nil : score < 0 ? 0 : 1
    case .three: score < 0 ? 0 : score == 0 ? 1 : 2
    case .seven: Int(min(3, max(-3, score)).rounded(.toNearestOrEven)) + 3
    }
  }

  static let sevenSteps = [
    "very negative", "negative", "slightly negative", "neutral", "slightly positive", "positive",
    "very positive",
  ]
}
