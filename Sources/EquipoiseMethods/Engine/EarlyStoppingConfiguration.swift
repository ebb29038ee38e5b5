// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseMetrics
public import EquipoiseSettings

/// When training ends before its last epoch, as it no longer gets better.
public struct EarlyStoppingConfiguration: ConfigurationSection, RangeChecking {
  /// Training ends after this many epochs in a row without improvement; nil never ends early.
  public var patience: Int?
  /// An improvement is one by more than this, in the score's own unit.
  public var minimumChange = 0.0
  /// The score on the validation split; nil takes the one that selects epochs.
  public var score: Score?

  /// The defaults.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("patience", patience, .threshold(1))
    try path.check("minimumChange", minimumChange, .atLeast(0))
    // A score without patience would be waited for by nobody.
    try path.check(
      "score", score == nil || patience != nil, found: score.map { .string($0.name) } ?? .null,
      expected: "null without a patience")
  }
}

/// What the epochs so far have left of early stopping.
package struct EarlyStoppingState: Codable, Equatable, Sendable {
  /// The best score so far, of which larger is better; nil before the first.
  package var best: Double?
  /// Epochs since it last improved.
  package var waited = 0

  package init() {}
}

extension EarlyStoppingConfiguration {
  /// Takes note of an epoch.
  ///
  /// - Parameters:
  ///   - merit: its score, of which larger is better; one that is not finite is no improvement.
  ///   - state: what the epochs before have left, changed to what this one leaves.
  package func observe(_ merit: Double, _ state: inout EarlyStoppingState) {
    if merit.isFinite, state.best.map({ merit - minimumChange > $0 }) ?? true {
      state.best = merit
      state.waited = 0
    } else {
      state.waited += 1
    }
  }

  /// Whether training ends here.
  package func isOver(_ state: EarlyStoppingState?) -> Bool {
    guard let patience, let state else { return false }
    return state.waited >= patience
  }
}
