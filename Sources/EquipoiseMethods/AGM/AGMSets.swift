// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// The sets of modalities that ``AGM`` runs the network on, and how its responses are made of them.
///
/// ```
/// w_m,S = (|S|−1)! (M−|S|)! / M!  if m ∈ S,   −|S|! (M−|S|−1)! / M!  if not
/// ```
/// With c_S = |S|! (M−|S|)! / M! that is c_S/|S| and −c_S/(M−|S|): a modality's response is a sum
/// over sets of the mean over members minus the mean over the others, times c_S.
struct AGMSets {
  /// The members of every set that is not empty; the full set is last.
  let members: [Set<Int>]
  private let modalities: Int

  /// The 2ᴹ − 1 sets of M modalities.
  init(modalities: Int) {
    self.modalities = modalities
    members = (1..<1 << modalities).map { set in
      Set((0..<modalities).filter { set & (1 << $0) != 0 })
    }
  }

  /// φ of each modality, [M, B, K].
  ///
  /// - Parameter passes: F(S) in the order of ``members``, [B, K] each.
  /// - Returns: responses, whose sum is the last pass.
  func responses(_ passes: [Tensor]) -> Tensor {
    let weights = weights(ofGame: Set(0..<modalities))
    let flat = Tensor.stacked(passes.map { $0.flattened() })
    return tensor(weights, [modalities, members.count], like: flat).matmul(flat)
      .reshaped([modalities] + passes[0].shape)
  }

  /// Σ_m κ_m w_m,S of every set, in the order of ``members``: what its pass has of the gradient.
  ///
  /// Written with means, so that equal κ give exactly κ for the full set and 0 for the others.
  ///
  /// - Parameter coefficients: κ, [M].
  /// - Returns: one number for each set.
  func upstream(_ coefficients: Tensor) -> Tensor {
    let shape = [members.count, modalities]
    let inside = members.flatMap { set in (0..<modalities).map { set.contains($0) ? 1.0 : 0 } }
    let sizes = members.map { Double($0.count) }
    func column(_ values: [Double]) -> Tensor { tensor(values, [values.count], like: coefficients) }
    let rows = coefficients.unsqueezed(0)
    let within = (tensor(inside, shape, like: coefficients) * rows).sum(over: [1])
    let without = (tensor(inside.map { 1 - $0 }, shape, like: coefficients) * rows).sum(over: [1])
    // The full set has no others: 0 / 1.
    let others = sizes.map { max(1, Double(modalities) - $0) }
    return (within / column(sizes) - without / column(others))
      * column(members.map { share($0, of: modalities) })
  }

  /// c_S.
  private func share(_ set: Set<Int>, of modalities: Int) -> Double {
    func factorial(_ number: Int) -> Double {
      number < 2 ? 1 : (2...number).reduce(1) { $0 * Double($1) }
    }
    return factorial(set.count) * factorial(modalities - set.count) / factorial(modalities)
  }

  // MARK: Samples that lack modalities

  /// The responses, [M, B, K], of samples that lack modalities: each sample's are those of the game of the modalities that
  /// it has. The response of a modality that it lacks is 0, and of one that it has alone the whole output.
  ///
  /// - Parameters:
  ///   - passes: the outputs with the modalities of each set, [B, K] each.
  ///   - present: for each modality the samples that have it.
  /// - Returns: the responses, and the weights w that they are sums by, [B, M, S].
  func responses(
    _ passes: [Tensor], present: [RowPresence?]
  ) -> (responses: Tensor, weights: Tensor) {
    let (samples, width) = (passes[0].size(0), passes[0].size(1))
    let games = RowPresence.sets(present, of: samples)
    let rows = Tensor(games.map { Int64($0 - 1) }).sent(to: passes[0].device)
    let table = members.flatMap(weights(ofGame:))
    let weights = tensor(table, [members.count, modalities * members.count], like: passes[0])
      .gatheringRows(rows).reshaped([samples, modalities, members.count])
    let outputs = Tensor.stacked(passes, dimension: 1).reshaped([samples, members.count, width])
    return (weights.matmul(outputs).transposed(0, 1), weights)
  }

  /// What the outputs of each set count for in the response of each modality, [M, S], in the game of some modalities.
  private func weights(ofGame players: Set<Int>) -> [Double] {
    (0..<modalities).flatMap { modality in
      members.map { set in
        guard players.contains(modality), set.isSubset(of: players) else { return 0 }
        let share = share(set, of: players.count)
        return set.contains(modality)
          ? share / Double(set.count) : -share / Double(players.count - set.count)
      }
    }
  }

  private func tensor(_ values: [Double], _ shape: [Int], like other: Tensor) -> Tensor {
    Tensor(values, shape: shape).to(other.dtype).to(other.device)
  }
}
