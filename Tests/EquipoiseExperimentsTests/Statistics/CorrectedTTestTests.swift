// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseExperiments

struct CorrectedTTestTests {
  /// Against SciPy's t distribution: t = .014 / √((1/5 + 1/4) s²) = 1.612554 with four degrees of freedom.
  @Test func byHand() throws {
    let test = try #require(CorrectedTTest([0.03, 0.01, -0.005, 0.02, 0.015], folds: 5))
    #expect(abs((test.p ?? 0) - 0.1821362989237223) < 1e-12)
    #expect(abs(test.interval.lower + 0.010104756780489929) < 1e-12)
    #expect(abs(test.interval.upper - 0.03810475678048993) < 1e-12)
  }

  @Test func whatIsNotDefined() {
    #expect(CorrectedTTest([0.1], folds: 5) == nil)
    let constant = CorrectedTTest([0.1, 0.1, 0.1], folds: 3)
    #expect(constant != nil && constant?.p == nil)
  }

  /// Seeds are averaged within a fold: two seeds of a fold are no two folds.
  @Test func seedsOfAFoldAreOneDifference() throws {
    let values = [0.03, 0.01, -0.005, 0.02, 0.015]
    var (scores, baseline): ([Repetition: Double], [Repetition: Double]) = ([:], [:])
    for (fold, value) in values.enumerated() {
      for (seed, change) in [(0, 0.01), (1, -0.01)] {
        scores[Repetition(fold: fold, seed: seed)] = 0.5 + value + change
        baseline[Repetition(fold: fold, seed: seed)] = 0.5
      }
    }
    let found = try #require(PairedDifference(scores, baseline: baseline, folds: 5))
    #expect(found.seeds.count == 10 && found.folds == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    #expect(abs(found.mean - 0.014) < 1e-12)
    #expect(abs((found.tTestP ?? 0) - 0.1821362989237223) < 1e-10)
    #expect(found.signFlipP == nil && found.signFlipHolm == nil)
  }
}
