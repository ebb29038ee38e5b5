// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// What is known of one block in one step.
struct BlockAssessment {
  /// s and L.
  let original: BlockPerformance
  /// s̃ and L̃, without history.
  var auxiliary: BlockPerformance?
  /// s and L_g of the good block, without history.
  var good: BlockPerformance?
  /// The mean of w.
  var meanMask: Tensor?
  /// ‖θ − Ψ(z)‖ / ‖θ‖.
  var reconstructionError: Tensor?

  /// The names of those numbers that are s of some samples.
  static let scores = ["score", "auxiliaryScore", "goodScore"]

  /// Every number that there is.
  var numbers: [(name: String, value: Tensor)] {
    let values: [(String, Tensor?)] = [
      ("score", original.score), ("divergence", original.divergence),
      ("auxiliaryScore", auxiliary?.score),
      ("goodScore", good?.score), ("mask", meanMask), ("reconstruction", reconstructionError),
    ]
    return values.compactMap { name, value in value.map { (name: name, value: $0) } }
  }
}
