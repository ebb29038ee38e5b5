// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Holm's step-down correction: keeps the chance of any false finding among several tests at the level
/// of one, whatever their dependence (S. Holm, "A Simple Sequentially Rejective Multiple Test
/// Procedure", 1979).
public enum HolmCorrection {
  /// Each p as it counts among all of them; an absent p does not count as a test.
  ///
  ///     p̃₍ₖ₎ = max over j ≤ k of min(1, (m − j + 1) p₍ⱼ₎)
  public static func adjusted(_ values: [Double?]) -> [Double?] {
    let tests = values.indices.compactMap { index in values[index].map { (index, $0) } }
      .sorted { $0.1 < $1.1 }
    var result = [Double?](repeating: nil, count: values.count)
    var largest = 0.0
    for (rank, (index, p)) in tests.enumerated() {
      largest = max(largest, min(1, Double(tests.count - rank) * p))
      result[index] = largest
    }
    return result
  }
}
