// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseExperiments

/// The numbers quoted are what References/paired_statistics.py prints with scipy.
struct StatisticsTests {
  struct Case {
    let name: String
    let entry: [Double]
    let baseline: [Double]
    let mean: Double
    let deviation: Double
    let tTest: Double
    let signFlip: Double
    let interval: (Double, Double)

    var differences: [Double] { zip(entry, baseline).map { $0 - $1 } }
  }

  static let cases = [
    Case(
      name: "three", entry: [0.81, 0.79, 0.84], baseline: [0.78, 0.77, 0.79],
      mean: 0.033333333333333326, deviation: 0.01527525231651942, tTest: 0.06341418841830573,
      signFlip: 0.25, interval: (0.02, 0.05)),
    Case(
      name: "mixed", entry: [0.612, 0.655, 0.601, 0.633, 0.648],
      baseline: [0.620, 0.640, 0.598, 0.611, 0.629],
      mean: 0.0102, deviation: 0.012477980605851263, tTest: 0.1415802635227843,
      signFlip: 0.1875, interval: (-0.0004, 0.0194)),
    Case(
      name: "eight", entry: [0.71, 0.74, 0.69, 0.77, 0.73, 0.70, 0.75, 0.72],
      baseline: [0.70, 0.71, 0.70, 0.73, 0.70, 0.69, 0.72, 0.71],
      mean: 0.01875, deviation: 0.016420805617960943, tTest: 0.014459299322561322,
      signFlip: 0.0390625, interval: (0.0075, 0.02875)),
  ]

  @Test(arguments: cases) func agreesWithScipy(_ example: Case) throws {
    let summary = try #require(SampleSummary(example.differences))
    #expect(abs(summary.mean - example.mean) < 1e-15)
    #expect(abs(try #require(summary.deviation) - example.deviation) < 1e-15)
    let t = try #require(PairedTTest.p(example.differences))
    #expect(abs(t - example.tTest) < 1e-12)
    #expect(SignFlipTest.p(example.differences) == example.signFlip)
    // scipy drew other resamples.
    let interval = try #require(ConfidenceInterval(bootstrapping: example.differences))
    #expect(abs(interval.lower - example.interval.0) < 7e-4, "\(interval)")
    #expect(abs(interval.upper - example.interval.1) < 7e-4, "\(interval)")
  }

  @Test(arguments: [
    (1.0, [0.936548965138893, 0.5, 0.24223788318168682, 0.052929352119179755]),
    (2.0, [0.9294654384141402, 0.4226497308103742, 0.12961172022151082, 0.00687293367715846]),
    (4.0, [0.9251558409394532, 0.37390096630005887, 0.06676654481198814, 0.000276428548502973]),
    (30.0, [0.9210096117902712, 0.3253086154260302, 0.01811564906806669, 5.580185415199261e-13]),
  ]) func tailsOfTheTDistribution(degrees: Double, tails: [Double]) {
    for (t, expected) in zip([0.1, 1.0, 2.5, 12.0], tails) {
      let tail = PairedTTest.tail(t, degrees: degrees)
      #expect(abs(tail / expected - 1) < 1e-11, "\(t): \(tail)")
    }
  }

  @Test func holm() {
    // The smallest p counts five times, the next four times, …; 0.04 not below 0.03's 0.09.
    let adjusted = HolmCorrection.adjusted([0.01, 0.04, nil, 0.03, 0.005, 0.6])
    let expected: [Double?] = [0.04, 0.09, nil, 0.09, 0.025, 0.6]
    for (value, wanted) in zip(adjusted, expected) {
      #expect((value == nil) == (wanted == nil))
      #expect(abs((value ?? 0) - (wanted ?? 0)) < 1e-15)
    }
    #expect(HolmCorrection.adjusted([0.7, 0.8]) == [1, 1])
    #expect(HolmCorrection.adjusted([]).isEmpty)
  }

  @Test func summariesByHand() throws {
    // Mean 4; squares 4 + 0 + 4 over n − 1 = 2.
    #expect(SampleSummary([2, 4, 6]) == SampleSummary([6, 2, 4]))
    #expect(SampleSummary([2, 4, 6])?.mean == 4 && SampleSummary([2, 4, 6])?.deviation == 2)
    #expect(SampleSummary([3])?.mean == 3)
    #expect(try #require(SampleSummary([3])).deviation == nil)
    #expect(SampleSummary([]) == nil)
  }

  @Test func signFlipsByHand() {
    // Only (+, +) and (−, −) of four patterns are as far from 0 as the observed sum.
    #expect(SignFlipTest.p([1, 2]) == 0.5)
    #expect(SignFlipTest.p([-1, -2]) == 0.5)
    #expect(SignFlipTest.p([0, 0, 0]) == 1)
    // Three of one size: the other order of the sum must not lose a pattern to rounding.
    #expect(SignFlipTest.p([0.1, 0.2, 0.3, 0.1, 0.2, 0.3]) == SignFlipTest.smallestP(pairs: 6))
    #expect(SignFlipTest.smallestP(pairs: 6) == 0.03125)
    #expect(SignFlipTest.p([]) == nil)
  }

  @Test func manyPairsAreSampled() throws {
    let differences = (0..<24).map { $0 % 3 == 0 ? -1.0 : 1.0 }
    // 16 of 24 the same way: 2 · P(B(24, ½) ≥ 16) = 0.1516.
    let p = try #require(SignFlipTest.p(differences))
    #expect(abs(p - 0.1516) < 0.002)
  }

  /// None of a thousand patterns is as far from 0 as forty differences of one sign; the observed
  /// pattern itself still counts.
  @Test func aSampledPIsNeverZero() {
    let differences = (0..<40).map { 1 + Double($0) / 100 }
    let sum = differences.reduce(0, +)
    let smallest = SignFlipTest.sampled(differences, sum, patterns: 1000)
    #expect(smallest == 0.001)
    let largest = SignFlipTest.sampled(differences, 0, patterns: 1000)
    #expect(largest == 1)
    let patterns = Double(1 << 20)
    #expect(SignFlipTest.smallestP(pairs: 21) == 1 / patterns)
    #expect(SignFlipTest.smallestP(pairs: 20) == 2 / patterns)
  }

  @Test func testsThatAreNotDefined() {
    #expect(PairedTTest.p([0.1]) == nil)
    // 0.3 − 0.2 and 0.2 − 0.1 differ in the last bit only.
    #expect(PairedTTest.p([0.3 - 0.2, 0.2 - 0.1]) == nil)
    #expect(ConfidenceInterval(bootstrapping: [0.1]) == nil)
  }

  @Test func onlySeedsOfBothArePaired() throws {
    let difference = try #require(
      PairedDifference([0: 0.5, 1: 0.75, 3: 1], baseline: [0: 0.25, 1: 0.25, 2: 0]))
    #expect(difference.seeds == [0, 1])
    #expect(difference.mean == 0.375)
    #expect(PairedDifference([0: 1], baseline: [1: 1]) == nil)
  }
}
