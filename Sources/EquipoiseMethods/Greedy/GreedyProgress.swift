// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// The parameters of each branch: those of its own, and those that its gates come from.
struct GreedyGroups {
  private let main: [[Int]]
  private let bypass: [[Int]]
  private let parameters: [Tensor]

  /// The groups of a coupled model; indices are positions in its list of parameters.
  init(_ model: MultimodalModel) {
    let named = model.namedParameters
    parameters = named.map { $0.parameter.leaf.detached() }
    func indices(_ belongs: (String) -> Bool) -> [Int] {
      named.indices.filter { belongs(named[$0].name) }
    }
    main = model.modalities.map { modality in
      indices { $0.hasPrefix("encoders.\(modality).") || $0.hasPrefix("fusion.fc.\(modality).") }
    }
    bypass = model.modalities.map { modality in
      indices { name in
        // mmtm.<depth>.squeeze.… and mmtm.<depth>.excite.<modality>.…
        let path = name.split(separator: ".")
        return path[0] == "mmtm" && (path[2] == "squeeze" || path[3] == modality)
      }
    }
  }

  /// Where the parameters are.
  var device: Device { parameters[0].device }

  /// μ(bypass_m) and μ(main_m) of every branch.
  func speeds(_ gradients: ModelGradients) -> (bypass: [Double], main: [Double]) {
    let speeds = (bypass + main).map { group in
      Greedy.speed(group.map { gradients.entries[$0].gradient }, group.map { parameters[$0] })
    }
    // One read for all: the next step's kind depends on them.
    let values = Tensor.stacked(speeds).to(.cpu).to(.float64).array(of: Double.self)
    return (Array(values.prefix(bypass.count)), Array(values.suffix(main.count)))
  }
}

/// What Greedy has measured, and where it stands.
struct GreedyProgress {
  let modalities: [String]
  /// The branch whose gates the next step fixes; `nil` for a regular step.
  var caring: Int?
  /// Steps of the curation under way.
  var curatedSteps = 0
  /// Σ μ(bypass_m) and Σ μ(main_m) over regular steps.
  private(set) var bypass: [Double]
  private(set) var main: [Double]
  private var updates = 0
  /// ḡ by depth and modality.
  private var gates: [String: Tensor] = [:]

  init(modalities: [String]) {
    self.modalities = modalities
    bypass = modalities.map { _ in 0 }
    main = bypass
  }

  /// BDR of every branch.
  var conditionalSpeeds: [Double] {
    zip(bypass, main).map { Greedy.conditionalSpeed(bypass: $0, main: $1) }
  }

  func runningGate(_ depth: Int, _ modality: Int) -> Tensor? {
    gates["\(depth).\(modalities[modality])"]
  }

  /// Takes the mean gates and the speeds of a regular step.
  mutating func record(_ means: [String: Tensor], _ speeds: (bypass: [Double], main: [Double])) {
    for (name, mean) in means {
      gates[name] = Greedy.runningMean(gates[name], mean, count: updates)
    }
    // Without a sample that has all modalities there are no gates to take.
    if !means.isEmpty { updates += 1 }
    bypass = zip(bypass, speeds.bypass).map(+)
    main = zip(main, speeds.main).map(+)
  }

  // MARK: State

  var state: [NamedTensor] {
    let counters = [caring.map(Int64.init) ?? -1, Int64(curatedSteps), Int64(updates)]
    return [("counters", Tensor(counters)), ("speeds", Tensor(bypass + main))]
      + gates.sorted { $0.key < $1.key }.map { ("gates.\($0.key)", $0.value) }
  }

  /// A saved state, for the branches of `present`.
  init(_ saved: SavedState, like present: GreedyProgress, on device: Device) throws {
    self = present
    let count = modalities.count
    let counters = try saved.tensor("counters", shape: [3]).array(of: Int.self)
    let speeds = try saved.tensor("speeds", shape: [2 * count]).array(of: Double.self)
    caring = counters[0] < 0 ? nil : counters[0]
    (curatedSteps, updates) = (counters[1], counters[2])
    bypass = Array(speeds.prefix(count))
    main = Array(speeds.suffix(count))
    gates = saved.section("gates").mapValues { $0.to(device) }
  }
}
