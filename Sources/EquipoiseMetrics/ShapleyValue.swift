// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The Shapley value of each modality for a value that every set of modalities has.
public enum ShapleyValue {
  /// φₘ = Σ_{S∌m} |S|! (M−|S|−1)! / M! · (v(S∪{m}) − v(S)); Σ φ = v(all) − v(∅).
  ///
  /// - Parameter values: v by set: bit m of the index says whether modality m is in the set; 2ᴹ
  ///   numbers.
  /// - Returns: one value for each of the M modalities.
  public static func of(_ values: [Double]) -> [Double] {
    let count = values.count.trailingZeroBitCount
    precondition(values.count == 1 << count, "\(values.count) values are not 2 to a power")
    return (0..<count).map { modality in
      values.indices.filter { $0 & (1 << modality) == 0 }.reduce(0) { sum, set in
        sum + weight(set.nonzeroBitCount, of: count) * (values[set | 1 << modality] - values[set])
      }
    }
  }

  /// The spread of the values: largest minus smallest, |φ₁ − φ₂| for two modalities.
  public static func imbalance(_ shares: [Double]) -> Double {
    guard let high = shares.max(), let low = shares.min() else { return 0 }
    return high - low
  }

  private static func weight(_ size: Int, of count: Int) -> Double {
    factorial(size) * factorial(count - size - 1) / factorial(count)
  }

  private static func factorial(_ number: Int) -> Double {
    number < 2 ? 1 : (2...number).reduce(1) { $0 * Double($1) }
  }
}
