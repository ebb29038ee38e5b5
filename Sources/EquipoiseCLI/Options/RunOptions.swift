// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise

/// The flags that describe a run, shared by every command that builds one.
struct RunOptions: ParsableArguments {
  private static let defaults = RunConfiguration()

  @Option(help: ArgumentHelp("The prepared dataset's folder.", valueName: "dir"))
  var data: String?

  @Option(
    help: ArgumentHelp("The method (default: \(defaults.method.name)).", valueName: "name"))
  var method: String?

  @Option(help: ArgumentHelp("The modalities to use (default: all).", valueName: "a,b"))
  var modalities: String?

  @Option(
    help: ArgumentHelp(
      "Passes over the training split (default: \(defaults.training.epochs)).", valueName: "n"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "Samples per step (default: \(defaults.training.batchSize)).", valueName: "n"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The learning rate before any schedule (default: \(defaults.training.optimiser.learningRate)).",
      valueName: "x"))
  var learningRate: Double?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp("Start from a whole model's weights.", valueName: "file"))
  var initialWeights: String?

  @Option(
    help: ArgumentHelp(
      "The seed of every random stream (default: \(defaults.runtime.seed)).", valueName: "n"))
  var seed: Int?

  @Option(
    help: ArgumentHelp(
      "auto, cpu, cuda:N or mps (default: \(defaults.runtime.device)).", valueName: "name"))
  var device: String?

  @Option(
    help: ArgumentHelp(
      "fp32, tf32 or bf16 (default: \(defaults.training.precision.rawValue)).", valueName: "type"))
  var precision: String?

  @Option(
    help: ArgumentHelp("Threads of one operation (default: one per core).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Keep images with their channels innermost.")
  var channelsLast = false

  @Option(
    help: ArgumentHelp("Stop after this many steps; 0 writes the initial state.", valueName: "n"))
  var maxSteps: Int?

  @Option(
    help: ArgumentHelp(
      "Also save a checkpoint every n steps (default: between epochs only).", valueName: "n"))
  var checkpointEvery: Int?

  @Option(help: ArgumentHelp("A YAML file; flags beat it.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Any setting; beats file and flags. Repeatable.", valueName: "key.path=value"))
  var sets: [String] = []
}

extension RunOptions {
  /// The configuration from file, flags and `--set`, in that order.
  func resolve(needsData: Bool = true) throws -> ResolvedConfig<RunConfiguration> {
    try RunConfiguration.resolve(
      file: config, flags: assignments, sets: sets, catalogue: .inUse,
      needsData: needsData)
  }

  /// Whether any flag was given.
  var isEmpty: Bool { config == nil && sets.isEmpty && assignments.isEmpty }

  /// The settings that have a flag of their own, by the flag's name.
  static let paths = [
    "data": "data", "method": "method.name", "modalities": "modalities",
    "epochs": "training.epochs", "batch-size": "training.batchSize",
    "learning-rate": "training.optimiser.learningRate", "init": "model.initialWeights",
    "seed": "runtime.seed", "device": "runtime.device", "precision": "training.precision",
    "threads": "runtime.threads", "channels-last": "training.channelsLast",
    "max-steps": "runtime.maxSteps", "checkpoint-every": "runtime.checkpointEverySteps",
  ]

  private var assignments: [ConfigAssignment] {
    let names = modalities?.split(separator: ",", omittingEmptySubsequences: false)
      .map { ConfigValue.string(String($0)) }
    return [
      flag("data", data.map(ConfigValue.string)),
      flag("method", method.map(ConfigValue.string)),
      flag("modalities", names.map(ConfigValue.sequence)),
      flag("epochs", epochs.map(ConfigValue.integer)),
      flag("batch-size", batchSize.map(ConfigValue.integer)),
      flag("learning-rate", learningRate.map(ConfigValue.double)),
      flag("init", initialWeights.map(ConfigValue.string)),
      flag("seed", seed.map(ConfigValue.integer)),
      flag("device", device.map(ConfigValue.string)),
      flag("precision", precision.map(ConfigValue.string)),
      flag("threads", threads.map(ConfigValue.integer)),
      flag("channels-last", channelsLast ? .bool(true) : nil),
      flag("max-steps", maxSteps.map(ConfigValue.integer)),
      flag("checkpoint-every", checkpointEvery.map(ConfigValue.integer)),
    ].compactMap { $0 }
  }

  private func flag(_ name: String, _ value: ConfigValue?) -> ConfigAssignment? {
    guard let value, let path = Self.paths[name] else { return nil }
    return .flag("--\(name)", path, value)
  }
}
