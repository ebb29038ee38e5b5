// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// ``MCR``'s game: how much the fused prediction depends on sets of modalities.
struct CompetitionGame {
  /// Sets double with each modality.
  static let mostModalities = 6

  /// A divergence that counts.
  struct Term: Equatable {
    /// The modality through whose encoder its gradient goes.
    let player: Int
    /// The modalities whose rows are permuted.
    let permuted: Set<Int>
    /// 1 where it is to be small, −1 where it is to be large.
    let sign: Double
  }

  /// All that are added.
  let terms: [Term]
  private let modalities: Int

  init(_ game: MCR.Game, modalities: Int) {
    self.modalities = modalities
    let players = 0..<modalities
    switch game {
    case .independent: terms = players.map { Term(player: $0, permuted: [$0], sign: -1) }
    case .collaborative:
      terms = players.map { Term(player: $0, permuted: Set(players), sign: -1) }
    case .greedy:
      let sets = (1..<(1 << modalities) - 1).map { bits in
        Set(players.filter { bits & (1 << $0) != 0 })
      }
      terms = players.flatMap { player in
        sets.map { Term(player: player, permuted: $0, sign: $0.contains(player) ? -1 : 1) }
      }
    }
  }

  /// Checks that the sets are few enough.
  static func check(_ setting: MethodSetting) throws {
    let count = setting.model.modalities.count
    guard count > mostModalities else { return }
    throw EquipoiseError(
      .configuration, "MCR permutes every set of modalities, and \(count) have too many",
      at: "method.name", fix: "name at most \(mostModalities) in 'modalities'")
  }

  /// The sum of the terms, a scalar.
  ///
  /// - Parameters:
  ///   - features: [B, w_m] of each modality.
  ///   - rows: the permutations.
  ///   - fusion: the head.
  ///   - task: what a prediction is.
  /// - Returns: the sum, negative where modalities are depended on.
  func value(
    _ features: [Tensor], _ rows: PermutedRows, _ fusion: any Fusion, of task: LearningTask
  ) -> Tensor {
    let parts = (0..<modalities).map { player in
      let own = features.enumerated().map { $0 == player ? $1 : $1.detached() }
      let plain = rows.repeated(fusion.logits(own))
      let repeated = own.map(rows.repeated)
      let permuted = own.enumerated().map { rows.permuted($1, modality: $0) }
      let divergences = terms.filter { $0.player == player }.map { term in
        let mixed = repeated.indices.map {
          term.permuted.contains($0) ? permuted[$0] : repeated[$0]
        }
        return Distributions.distance(fusion.logits(mixed), plain, of: task).mean() * term.sign
      }
      return Tensor.sum(of: divergences)
    }
    return Tensor.sum(of: parts)
  }
}

/// Some permutations of the rows of each modality, one below the other: [B, w] → [P·B, w].
struct PermutedRows {
  private let indices: [Tensor]
  private let count: Int

  /// Permutations drawn from a stream; of samples that lack a modality each row that has it gets one that has it.
  init(_ batch: Batch, count: Int, from numbers: RandomStream, device: Device) {
    var numbers = numbers
    let orders = (0..<count).map { _ in
      batch.present.map { presence in
        let rows = presence?.rows ?? Array(0..<batch.count)
        var order = Array(0..<batch.count)
        for (row, other) in zip(rows, numbers.permutation(of: rows.count)) {
          order[row] = rows[other]
        }
        return order
      }
    }
    self.init(orders, device: device)
  }

  /// Given permutations: for each of them one order of rows for each modality.
  init(_ orders: [[[Int]]], device: Device) {
    count = orders.count
    indices = orders[0].indices.map { modality in
      let rows = orders.flatMap { $0[modality] }
      return Tensor(rows, shape: [rows.count]).sent(to: device)
    }
  }

  /// The rows as they are, for each permutation again.
  func repeated(_ rows: Tensor) -> Tensor {
    count == 1 ? rows : .concatenated((0..<count).map { _ in rows }, dimension: 0)
  }

  /// The rows in each permutation's order.
  func permuted(_ rows: Tensor, modality: Int) -> Tensor { rows.gatheringRows(indices[modality]) }
}
