// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments

/// What the sampler learns of points that were tried.
struct ParzenSamplerTests {
  /// A density has the area 1, whatever its values.
  @Test(arguments: [[], [0.5], [0.0, 1], [0.2, 0.21, 0.22, 0.9], [0.5, 0.5, 0.5]] as [[Double]])
  func areaOfADensity(values: [Double]) {
    let density = ParzenDensity(values)
    let steps = 20_000
    let area = (0..<steps).reduce(0.0) {
      $0 + exp(density.logarithm(at: (Double($1) + 0.5) / Double(steps))) / Double(steps)
    }
    // The midpoint rule over kernels of a hundredth at least.
    #expect(abs(area - 1) < 1e-6)
  }

  /// Without values it is the wide Gaussian alone, φ(0) / (Φ(½) − Φ(−½)) in the middle.
  @Test func densityByHand() {
    let middle = exp(ParzenDensity([]).logarithm(at: 0.5))
    #expect(abs(middle - 0.3989422804014327 / 0.3829249225480262) < 1e-12)
  }

  @Test func frequenciesByHand() {
    let found = ParzenSampler.frequencies(["a", "a", "b"], of: ["a", "b", "c"])
    for (value, expected) in zip(found, [(2 + 1 / 3.0) / 4, (1 + 1 / 3.0) / 4, 1 / 12.0]) {
      #expect(abs(value - expected) < 1e-15)
    }
  }

  private func search(
    _ seed: UInt64, rounds: Int, learned: Bool, score: ([String]) -> Double
  ) throws -> Double {
    let dimensions = try ["x=1e-4..1.0(log)", "y=-2.0..2.0", "z=a,b,c,d"].map {
      try SearchDimension($0)
    }
    var stream = RandomStream(seed: seed, "test")
    var seen: [(point: [String], score: Double?)] = []
    for round in 0..<rounds {
      let points =
        learned && round > 1
        ? ParzenSampler(dimensions: dimensions).points(4, after: seen, &stream)
        : (0..<4).map { _ in dimensions.map { $0.draw(&stream) } }
      seen += points.map { ($0, score($0)) }
    }
    return seen.compactMap(\.score).max() ?? -.infinity
  }

  /// With a best point inside, 40 draws come nearer to it than 40 at random, on the mean over 30 searches.
  @Test func findsMoreThanChance() throws {
    func score(_ point: [String]) -> Double {
      let x = log10(Double(point[0]) ?? 1) + 2.3
      let y = (Double(point[1]) ?? 0) - 0.7
      return -x * x - y * y - (point[2] == "c" ? 0 : 0.5)
    }
    let seeds = (0..<30).map { UInt64($0) }
    let learned = try seeds.map { try search($0, rounds: 10, learned: true, score: score) }
    let chance = try seeds.map { try search($0, rounds: 10, learned: false, score: score) }
    let (a, b) = (SampleSummary(learned)?.mean ?? 0, SampleSummary(chance)?.mean ?? 0)
    #expect(a > b / 2, "\(a) against \(b)")
    #expect(zip(learned, chance).count { $0 > $1 } >= 20)
  }

  @Test func aSmallSpaceIsExhausted() throws {
    let sampler = ParzenSampler(dimensions: [try SearchDimension("z=a,b,c")])
    var stream = RandomStream(seed: 0, "test")
    let found = sampler.points(5, after: [(["a"], 1)], &stream)
    #expect(Set(found) == [["b"], ["c"]])
  }

  /// Numbers go to shares of their range and back.
  @Test func sharesOfRanges() throws {
    for text in ["x=1e-4..1e-1(log)", "x=-2.0..5.0", "x=2..9"] {
      let dimension = try SearchDimension(text)
      for share in [0.05, 0.3, 0.5, 0.95] {
        let value = dimension.text(at: share)
        let back = try #require(dimension.share(of: value))
        // Of whole numbers half a step of eight.
        #expect(abs(back - share) < (text.hasSuffix("9") ? 0.07 : 1e-3), "\(text) \(share)")
      }
    }
    #expect(try SearchDimension("z=a,b").share(of: "a") == nil)
  }

  /// ε² by hand: scores 1, 2 | 5, 6 have SS 1 within and 17 in all: 1 − 3·1 / (2·17).
  @Test func importanceByHand() throws {
    let trials = [("a", "u", 1.0), ("a", "v", 2), ("b", "u", 5), ("b", "v", 6)].map {
      (settings: ["k=\($0.0)", "l=\($0.1)", "m=1"], score: $0.2)
    }
    let shares = KeyImportance.shares(of: trials)
    #expect(abs(try #require(shares["k"]) - (1 - 3 / 34.0)) < 1e-15)
    // By l: means 3 and 4, SS within 16: 1 − 3·16 / (2·17) is below 0.
    #expect(shares["l"] == 0 && shares["m"] == nil)
    #expect(KeyImportance.shares(of: trials.map { ($0.settings, 1) }).isEmpty)
    // Eight numbers are four groups of two.
    let ranged = (0..<8).map { (settings: ["k=0.\($0)1"], score: Double($0 / 2)) }
    #expect(KeyImportance.shares(of: ranged) == ["k": 1])
  }

  @Test func confidenceByHand() throws {
    let sure = try #require(
      WinnerConfidence(of: "a", [("a", [3.0, 4, 5]), ("b", [1.0, 2, 3]), ("c", [0.0, 0, 0])]))
    #expect(sure.share == 1 && sure.next == "b" && sure.lead == 2)
    #expect(sure.interval == ConfidenceInterval(lower: 2, upper: 2))
    // a wins unless all seeds drawn are the second: (1/2)² of the resamples; 2000 draws have a deviation of 0.01.
    let unsure = try #require(WinnerConfidence(of: "a", [("a", [4.0, 1]), ("b", [1.0, 2])]))
    #expect(abs(try #require(unsure.share) - 0.75) < 0.04)
    let alone = try #require(WinnerConfidence(of: "a", [("a", [4.0])]))
    #expect(alone.share == nil && alone.next == nil && alone.lead == nil)
  }
}
