// SPDX-License-Identifier: Apache-2.0
package import EquipoiseTorch
package import Testing

/// Whether shapes agree and numbers differ by at most `tolerance` times the largest, or by less than
/// what rounding leaves of a sum that is zero (the gradient of a bias before normalisation).
package func isClose(_ a: Tensor, _ b: Tensor, tolerance: Double) -> Bool {
  guard a.shape == b.shape else { return false }
  let (x, y) = (a.array(of: Double.self), b.array(of: Double.self))
  let scale = y.reduce(0) { max($0, abs($1)) }
  return zip(x, y).allSatisfy { abs($0 - $1) <= max(tolerance * scale, 1e-13) }
}

/// Whether shapes and every number agree.
package func isEqual(_ a: Tensor, _ b: Tensor) -> Bool {
  a.shape == b.shape && a.array(of: Double.self) == b.array(of: Double.self)
}

/// Whether numbers agree with those printed to six digits.
package func expectNumbers(
  _ actual: Tensor?, _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  let numbers = actual?.array(of: Double.self) ?? []
  #expect(
    numbers.count == expected.count && zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-6 },
    "\(numbers)", sourceLocation: sourceLocation)
}
