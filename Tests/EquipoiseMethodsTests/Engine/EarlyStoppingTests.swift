// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseMethods

/// By hand, as Lightning's `EarlyStopping` counts.
struct EarlyStoppingTests {
  private func end(_ scores: [Double], patience: Int?, minimumChange: Double = 0) -> Int? {
    var rule = EarlyStoppingConfiguration()
    (rule.patience, rule.minimumChange) = (patience, minimumChange)
    var state = EarlyStoppingState()
    for (epoch, score) in scores.enumerated() {
      rule.observe(score, &state)
      if rule.isOver(state) { return epoch }
    }
    return nil
  }

  @Test func endsAfterSoManyEpochsWithoutImprovement() {
    #expect(end([0.1, 0.3, 0.2, 0.3, 0.25, 0.9], patience: 3) == 4)
    #expect(end([0.1, 0.3, 0.2, 0.3, 0.31, 0.2, 0.2], patience: 3) == nil)
    #expect(end([0.1, 0.3, 0.2], patience: 1) == 2)
    // An equal score is no improvement, the first one is.
    #expect(end([0.5, 0.5], patience: 1) == 1)
    #expect(end([0.5], patience: 1) == nil)
    #expect(end([0.5, 0.4, 0.3, 0.2], patience: nil) == nil)
  }

  @Test func smallChangesAreNoImprovement() {
    // 0.25 − 0.125 is not above 0.125; what counts is the best that was one.
    #expect(end([0.125, 0.25, 0.375], patience: 2, minimumChange: 0.125) == nil)
    #expect(end([0.125, 0.25, 0.25], patience: 2, minimumChange: 0.125) == 2)
    #expect(end([0.125, 0.25, 0.25], patience: 2, minimumChange: 0.0625) == nil)
  }

  @Test func whatIsNotFiniteIsNoImprovement() {
    #expect(end([-.infinity, -.infinity], patience: 2) == 1)
    #expect(end([.nan, 0.1, 0.2], patience: 2) == nil)
  }
}
