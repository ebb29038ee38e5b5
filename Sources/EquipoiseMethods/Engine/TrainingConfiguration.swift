internal import EquipoiseKit
public import EquipoiseSettings

/// Epochs, batches, optimiser and schedule.
public struct TrainingConfiguration: ConfigurationSection {
  /// Passes over the training split.
  public var epochs = 30
  /// Samples per step.
  public var batchSize = 64
  /// Whether to leave out the last batch of an epoch when it is smaller.
  public var dropLast = false
  /// The update rule.
  public var optimiser = OptimiserConfiguration()
  /// The learning rate over the epochs.
  public var schedule = ScheduleConfiguration()
  /// The largest gradient norm, over all parameters; nil never clips.
  public var gradientClip: Double?
  /// The arithmetic of the forward pass.
  public var precision = Precision.fp32
  /// Whether images lie in memory with their channels innermost, which is faster for convolutions
  /// on many processors.
  public var channelsLast = false

  /// The defaults.
  public init() {}
}

/// The arithmetic of the forward pass.
public enum Precision: String, ConfigurationChoice {
  /// 32-bit floating point, on NVIDIA GPUs too.
  case fp32
  /// 32-bit floating point whose factors NVIDIA GPUs from Ampere on round to ten bits (TF32), in
  /// products and convolutions; as `fp32` elsewhere.
  case tf32
  /// bfloat16 where that is safe, 32-bit elsewhere.
  case bf16
}

/// The update rule, with PyTorch's conventions.
public struct OptimiserConfiguration: ConfigurationSection {
  /// The rule.
  public var type = OptimiserKind.sgd
  /// The learning rate before any schedule.
  public var learningRate = 1e-3
  /// Momentum; `sgd` only.
  public var momentum = 0.9
  /// Weight decay: added to the gradient by `sgd` and `adam`, decoupled in `adamw`.
  public var weightDecay = 1e-4
  /// Decay rates of the two moment averages; `adam` and `adamw` only.
  public var betas = [0.9, 0.999]
  /// Added to the denominator; `adam` and `adamw` only.
  public var epsilon = 1e-8

  /// The defaults.
  public init() {}
}

/// The update rules.
public enum OptimiserKind: String, ConfigurationChoice {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with decoupled weight decay.
  case adamw
}

/// The learning rate over the epochs.
public struct ScheduleConfiguration: ConfigurationSection {
  /// The shape.
  public var type = ScheduleKind.step
  /// Epochs between two drops; `step` only.
  public var stepSize = 70
  /// The factor of each drop; `step` only.
  public var gamma = 0.1
  /// Epochs over which the learning rate rises linearly to its full value.
  public var warmupEpochs = 0
  /// The learning rate at the end; `cosine` only.
  public var minimumLearningRate = 0.0

  /// The defaults.
  public init() {}
}

/// The shapes of a schedule.
public enum ScheduleKind: String, ConfigurationChoice {
  /// Multiplied by `gamma` every `stepSize` epochs.
  case step
  /// Half a cosine down to `minimumLearningRate`.
  case cosine
  /// Unchanged.
  case constant
}

extension TrainingConfiguration: RangeChecking {
  package func check(at path: ConfigPath) throws {
    try path.check("epochs", epochs, .atLeast(1, to: 1_000_000))
    try path.check("batchSize", batchSize, .atLeast(1))
    try path.check("gradientClip", gradientClip, .above(0, to: 1e30))
    try optimiser.check(at: path.appending("optimiser"))
    try schedule.check(at: path.appending("schedule"))
  }
}

extension OptimiserConfiguration: RangeChecking {
  package func check(at path: ConfigPath) throws {
    try path.check("learningRate", learningRate, .above(0))
    try path.check("momentum", momentum, .from(0..<1))
    try path.check("weightDecay", weightDecay, .atLeast(0))
    let found = ConfigValue.sequence(betas.map(ConfigValue.double))
    try path.check(
      "betas", betas.count == 2 && betas.allSatisfy((0..<1).contains), found: found,
      expected: "two numbers at least 0 and below 1")
    try path.check("epsilon", epsilon, .above(0))
  }
}

extension ScheduleConfiguration: RangeChecking {
  package func check(at path: ConfigPath) throws {
    try path.check("stepSize", stepSize, .atLeast(1))
    try path.check("gamma", gamma, .above(0))
    try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
    try path.check("minimumLearningRate", minimumLearningRate, .atLeast(0))
  }
}
