// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The exact paired permutation test: were neither side better, each difference could as well have had
/// the other sign.
///
///     p = #{s ∈ {−1, 1}ⁿ : |Σ sᵢ dᵢ| ≥ |Σ dᵢ|} / 2ⁿ
///
/// It assumes nothing about the distribution. With n pairs p cannot be below 2 / 2ⁿ: 0.25 for three,
/// 0.0625 for five.
public enum SignFlipTest {
  /// The largest number of pairs all of whose sign patterns are counted.
  public static let exactLimit = 20

  /// The two-sided p of paired differences; `nil` for none. Beyond ``exactLimit`` pairs, as many random
  /// patterns stand for all of them, the observed one among them.
  public static func p(_ differences: [Double]) -> Double? {
    guard !differences.isEmpty else { return nil }
    // Sums of the same numbers in another order differ in the last bits: those count as equal.
    let scale = differences.reduce(0) { $0 + abs($1) }
    let threshold = abs(differences.reduce(0, +)) - 1e-12 * scale
    return differences.count <= exactLimit
      ? exact(differences, threshold) : sampled(differences, threshold)
  }

  /// The smallest p that `pairs` differences can have.
  public static func smallestP(pairs: Int) -> Double {
    pairs <= exactLimit ? 2 / Double(1 << pairs) : 1 / Double(1 << exactLimit)
  }

  private static func exact(_ differences: [Double], _ threshold: Double) -> Double {
    let patterns = 1 << differences.count
    let extreme = (0..<patterns).count { pattern in
      var sum = 0.0
      for (index, difference) in differences.enumerated() {
        sum += pattern >> index & 1 == 0 ? difference : -difference
      }
      return abs(sum) >= threshold
    }
    return Double(extreme) / Double(patterns)
  }

  /// The share of `patterns` patterns, of which the observed one is the first and the rest are random,
  /// whose sum is as far from 0 as the threshold: never 0.
  static func sampled(
    _ differences: [Double], _ threshold: Double, patterns: Int = 1 << exactLimit
  ) -> Double {
    var stream = RandomStream(seed: 0, "sign flips")
    let extreme = (1..<patterns).count { _ in
      let sum = differences.reduce(0) { $0 + (stream.happens(withProbability: 0.5) ? $1 : -$1) }
      return abs(sum) >= threshold
    }
    return Double(extreme + 1) / Double(patterns)
  }
}
