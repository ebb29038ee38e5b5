// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseMethods

/// Bins of a regression's target by hand.
struct TargetBinsTests {
  @Test func ranksMakeBinsOfEqualShares() {
    let values: [Float] = [-2, -1, 0, 0, 1, 4, 5, 9]
    let bins = TargetBins(values, atMost: 4)
    #expect(bins.members == [0, 0, 1, 1, 2, 2, 3, 3])
    #expect(bins.centres == [-1.5, 0, 2.5, 7])
    #expect(bins.edges == [-1, 0, 4])
    #expect(bins.distinct == 7 && bins.count == 4)
    #expect(TargetBins.meanDeviation(values) == 2.75)
  }

  @Test func fewValuesAreTheirOwnBins() {
    let bins = TargetBins([0, 0, 0, 1, 1, 2], atMost: 6)
    #expect(bins.centres == [0, 1, 2] && bins.members == [0, 0, 0, 1, 1, 2])
    let exact = TargetBins([2, 0, 1], atMost: 3)
    #expect(exact.members == [2, 0, 1] && exact.edges == [0, 1])
  }

  /// ⌊4 (0 + 2) / 8⌋ = 1 for the zeros; bin 0 stays empty and is dropped.
  @Test func equalValuesShareABin() {
    let bins = TargetBins([0, 0, 0, 0, 1, 2, 3, 4], atMost: 4)
    #expect(bins.members == [0, 0, 0, 0, 1, 1, 2, 2])
    #expect(bins.centres == [0, 1.5, 3.5])
  }

  @Test func aFrequentValueLeavesTheOthersTheirBins() {
    let bins = TargetBins(Array(repeating: 0, count: 9) + [1, 2, 3, 4], atMost: 4)
    #expect(bins.members == Array(repeating: 0, count: 9) + [1, 2, 2, 2])
    #expect(bins.centres == [0, 1, 3])
  }

  /// However the values lie, the smallest and the largest are apart.
  @Test(arguments: [2, 3, 8]) func thereAreAtLeastTwoBins(_ most: Int) {
    for share in [1, 5, 99] {
      for values: [Float] in [[0, 1], [0, 0.5, 1], [-3, 0, 2, 8]] {
        let many = Array(repeating: values[values.count / 2], count: share * values.count)
        #expect(TargetBins(many + values, atMost: most).count >= 2)
      }
    }
  }

  @Test func theOrderOfSamplesAndTheUnitDoNotMatter() {
    let values: [Float] = [4, -2, 9, 0, 1, 0, 5, -1]
    let bins = TargetBins(values, atMost: 4)
    #expect(bins.members == [2, 0, 3, 1, 2, 1, 3, 0])
    let other = TargetBins(values.map { 4 * $0 + 8 }, atMost: 4)
    #expect(other.members == bins.members)
    #expect(other.centres == bins.centres.map { 4 * $0 + 8 })
  }
}
