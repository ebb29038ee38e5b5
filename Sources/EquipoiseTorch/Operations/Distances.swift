// SPDX-License-Identifier: Apache-2.0
internal import CEquipoiseTorch

extension Tensor {
  /// Euclidean distances between rows, from one matrix product.
  ///
  /// δ² = ‖a‖² + ‖b‖² − 2 a·b loses the digits of a small δ, the more the farther the rows are from 0.
  /// It is therefore summed in double precision (except on Metal, which has none) about the mean of
  /// `others`. With ε of that precision and rows taken about that mean, a δ² up to r ε (‖a‖² + ‖b‖²)
  /// cannot be told from rounding: the rows count as equal, with δ = 0 and the gradient 0. As sums are
  /// made of parts of l ≤ 2048 terms, r = 8 + 2 √l + 2 √(n / l): 14 for n = 4, 119 for n = 200 000.
  ///
  /// - Parameter others: [K, n], of the same type as these rows [B, n].
  /// - Returns: [B, K].
  package func distances(to others: Tensor) -> Tensor {
    MultiplyAdds.add { count * others.size(0) }
    var raw = CTTensor()
    check(ct_distances(self.raw, others.raw, &raw), "distances(\(shape), \(others.shape))")
    withExtendedLifetime((self, others)) {}
    return Tensor(owning: raw)
  }
}
