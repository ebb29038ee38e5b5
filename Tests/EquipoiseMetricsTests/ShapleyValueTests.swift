// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import Testing

struct ShapleyValueTests {
  /// v(∅) = .2, v(a) = .5, v(v) = .3, v(av) = .6 → φ = .3, .1.
  @Test func twoModalities() {
    let values = ShapleyValue.of([0.2, 0.5, 0.3, 0.6])
    #expect(zip(values, [0.3, 0.1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(ShapleyValue.imbalance(values) - 0.2) < 1e-12)
  }

  @Test func oneModality() {
    #expect(ShapleyValue.of([0.25, 0.75]) == [0.5])
  }

  /// Bit 0 is a, bit 1 is v, bit 2 is t; by the definition with weights 1/3, 1/6, 1/6, 1/3.
  @Test func threeModalities() {
    let values = [0.1, 0.4, 0.3, 0.6, 0.5, 0.8, 0.55, 0.9]
    let shares = ShapleyValue.of(values)
    let first = (0.4 - 0.1) / 3 + (0.6 - 0.3) / 6 + (0.8 - 0.5) / 6 + (0.9 - 0.55) / 3
    #expect(abs(shares[0] - first) < 1e-12)
    #expect(abs(shares.reduce(0, +) - (0.9 - 0.1)) < 1e-12)
  }
}
