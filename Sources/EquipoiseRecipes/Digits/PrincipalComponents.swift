// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseTorch

/// The leading principal components of some vectors.
struct PrincipalComponents {
  /// How many are kept.
  let count: Int
  private let mean: Tensor
  /// [D, count]
  private let basis: Tensor

  /// The fewest components of `vectors` [N, D] whose variances sum to at least `share` of the
  /// total.
  init(_ vectors: Tensor, share: Double) {
    precondition(vectors.rank == 2, "PrincipalComponents of a tensor of shape \(vectors.shape)")
    let exact = vectors.to(.float64)
    mean = exact.mean(over: [0])
    let centred = exact - mean
    let (values, vectors) = centred.transposed(0, 1).matmul(centred).symmetricEigen()
    let variances = values.array(of: Double.self).map { max(0, $0) }
    let wanted = share * variances.reduce(0, +)
    var (kept, sum) = (0, 0.0)
    // Ascending, hence from the end; the tolerance is for a share of 1.
    for variance in variances.reversed() where sum < wanted * (1 - 1e-9) {
      sum += variance
      kept += 1
    }
    count = kept
    basis = vectors.slice(variances.count - kept..<variances.count, dimension: 1)
  }

  /// What is left of `vectors` [N, D] when all other components are taken out.
  func reduced(_ vectors: Tensor) -> Tensor {
    let centred = vectors.to(.float64) - mean
    return (mean + centred.matmul(basis).matmul(basis.transposed(0, 1))).to(.float32)
  }
}
