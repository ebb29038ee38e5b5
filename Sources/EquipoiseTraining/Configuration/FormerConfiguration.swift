// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings

/// The keys of a run's config.yaml before sections had the keys of their type alone.
///
/// Such a file has every key, of which those that did not apply were ignored, and some under other names.
/// Only files that the program wrote are read so: in others a former key is refused with the new one.
enum FormerConfiguration {
  /// The assignments of a saved configuration, under today's keys.
  static func translated(_ assignments: [ConfigAssignment]) -> [ConfigAssignment] {
    let paths = Set(assignments.map(\.path.description))
    guard paths.isSuperset(of: always) else { return assignments }
    let values = Dictionary(
      assignments.map { ($0.path, $0.value) }, uniquingKeysWith: { _, last in last })
    return assignments.compactMap { assignment in
      var assignment = assignment
      assignment.path = renamed(assignment.path)
      switch assignment.path.description {
      case "model.coupling.type":
        assignment.value = .string(assignment.value == .bool(true) ? "mmtm" : "none")
      case "model.fusion.scale" where assignment.value == .null: return nil
      default: break
      }
      return applies(assignment, values) ? assignment : nil
    }
  }

  /// Keys that every file had which the program wrote, and that a user's would have one or two of.
  private static let always = [
    "model.mmtm", "model.cosineScale", "training.optimiser.momentum", "training.optimiser.epsilon",
    "training.schedule.minimumLearningRate", "runtime.workers",
  ]

  private static let names = [
    "model.mmtm": "model.coupling.type", "model.fusion": "model.fusion.type",
    "model.cosineScale": "model.fusion.scale", "runtime.workers": "runtime.loaders",
    "method.warmUpEpochs": "method.warmupEpochs",
    "method.opm.warmUpEpochs": "method.opm.warmupEpochs",
    "method.normalize": "method.normalised",
  ]

  private static func renamed(_ path: ConfigPath) -> ConfigPath {
    names[path.description].map(ConfigPath.init(dotted:)) ?? path
  }

  /// The keys that applied to each type, of those that depended on it.
  private static let optimisers: [String: Set<String>] = [
    "sgd": ["momentum", "weightDecay"], "adam": ["weightDecay", "betas", "epsilon"],
    "adamw": ["weightDecay", "betas", "epsilon"],
  ]
  private static let schedules: [String: Set<String>] = [
    "step": ["stepSize", "gamma"], "cosine": ["minimumLearningRate"], "constant": [],
  ]
  private static let encoders: [String: Set<String>] = [
    "resnet18": ["width", "smallImageStem"], "resnet34": ["width", "smallImageStem"],
    "transformer": ["width", "depth", "heads", "hidden", "dropout"],
    "mlp": ["width", "depth", "dropout"], "conv1d": ["width", "depth", "dropout"],
  ]

  private static func applies(
    _ assignment: ConfigAssignment, _ values: [ConfigPath: ConfigValue]
  ) -> Bool {
    let keys = assignment.path.keys
    guard let key = keys.last, keys.count > 2, !["type", "initialWeights"].contains(key) else {
      return true
    }
    let section = ConfigPath(keys.dropLast())
    guard case .string(let type)? = values[section.appending("type")] else { return true }
    switch Array(section.keys.prefix(2)) {
    case ["training", "optimiser"]:
      return key == "learningRate" || optimisers[type]?.contains(key) != false
    case ["training", "schedule"]:
      return key == "warmupEpochs" || schedules[type]?.contains(key) != false
    case ["model", "encoders"]:
      guard let known = encoders[type] else { return true }
      return known.contains(key) && (assignment.value != .null || key == "hidden")
    default: return true
    }
  }
}
