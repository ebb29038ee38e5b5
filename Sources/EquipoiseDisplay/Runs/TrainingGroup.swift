// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch

/// Parameters that are trained alike.
struct TrainingGroup: Encodable {
  /// The pattern of `training.parts` that decided; nil where none did.
  let pattern: String?
  let tensors: Int
  let parameters: Int
  let learningRate: Double
  /// As it is set; nil where the optimiser has its own way.
  let weightDecay: Double?
  let isFrozen: Bool
  let unfreezeAtEpoch: Int?

  /// The groups of a plan in the order of their first parameters; nil where there is only one way.
  static func all(_ plan: PartPlan, _ training: TrainingConfiguration) -> [TrainingGroup]? {
    guard !plan.isPlain else { return nil }
    let usual = (training.optimiser.settings as? any WeightDecaying)?.weightDecay
    var order: [String] = []
    var members: [String: [PartPlan.Entry]] = [:]
    for entry in plan.entries {
      let key = "\(entry.pattern ?? "") \(entry.factor) \(entry.weightDecay ?? -1)"
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(entry)
    }
    return order.compactMap { members[$0] }.compactMap { entries in
      entries.first.map { first in
        TrainingGroup(
          pattern: first.pattern, tensors: entries.count,
          parameters: entries.reduce(0) { $0 + $1.parameter.leaf.count },
          learningRate: training.optimiser.learningRate * first.factor,
          weightDecay: first.weightDecay ?? usual, isFrozen: first.isFrozen,
          unfreezeAtEpoch: first.unfreezeAtEpoch)
      }
    }
  }

  /// The groups as a table.
  static func table(_ groups: [TrainingGroup]) -> TextTable {
    var table = TextTable(
      ["training.parts", "tensors", "parameters", "learning rate", "weight decay", ""], [.left])
    for group in groups {
      table.add([
        group.pattern ?? "the rest", "\(group.tensors)", Numbers.count(group.parameters),
        "\(group.learningRate)", group.weightDecay.map { "\($0)" } ?? "–", group.state,
      ])
    }
    return table
  }

  private var state: String {
    guard isFrozen else { return "" }
    return unfreezeAtEpoch.map { "frozen until epoch \($0)" } ?? "frozen"
  }
}
