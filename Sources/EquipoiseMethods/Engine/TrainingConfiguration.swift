// SPDX-License-Identifier: Apache-2.0
public import EquipoiseData
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseSettings

/// Epochs, batches, optimiser and schedule.
public struct TrainingConfiguration: ConfigurationSection {
  /// Passes over the training split.
  public var epochs = 30
  /// Samples per step.
  public var batchSize = 64
  /// Whether to leave out the last batch of an epoch when it is smaller.
  public var dropLast = false
  /// Which samples an epoch has: `shuffled`, each once, or `balanced`, each class equally often.
  public var sampling = Sampling.shuffled
  /// Of samples of different lengths: how many batches are sorted by length together, so that those of a batch are of
  /// similar length and little of it is padding; 0 leaves them as they come.
  public var bucketing = 0
  /// What is minimised.
  public var loss = LossSection()
  /// The update rule.
  public var optimiser = OptimiserSection()
  /// The learning rate over the epochs.
  public var schedule = ScheduleSection()
  /// How parts of the model are trained, by the beginnings of their parameters' names: `encoders.audio`, `encoders.*`,
  /// `head`. Of several that match the one that says most decides.
  public var parts = NamedSections<PartConfiguration>()
  /// Whether weight decay acts on the parameters of normalisations and on biases, too.
  public var decaysNormsAndBiases = true
  /// When training ends before its last epoch, as it no longer gets better.
  public var earlyStopping = EarlyStoppingConfiguration()
  /// After how many seconds, validation included and over all sittings, training ends, with the epoch under way; nil
  /// never.
  public var maximumSeconds: Double?
  /// Which average of the weights is scored, and exported as the best.
  public var averaging = AveragingConfiguration()
  /// The largest number of samples that go through the encoders at once; nil takes the whole batch. A step is the same
  /// but for batch normalisation and dropout, needs less memory, and one more forward pass.
  public var microBatchSize: Int?
  /// The largest gradient norm, over all parameters; nil never clips.
  public var gradientClip: Double?
  /// The arithmetic of the forward pass.
  public var precision = Precision.fp32
  /// Which samples batch normalisation takes the statistics of where several processes train together.
  public var batchStatistics = BatchStatistics.all
  /// Whether images lie in memory with their channels innermost, which is faster for convolutions
  /// on many processors.
  public var channelsLast = false

  /// The defaults.
  public init() {}
}

/// Which samples batch normalisation takes the statistics of where several processes train together.
public enum BatchStatistics: String, ConfigurationChoice {
  /// Those of the whole batch, as one process does: two small messages for each normalisation and pass.
  case all
  /// Those of a process's own part; the running statistics are averaged after each step. Another number of processes
  /// then trains another network.
  case worker
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

extension TrainingConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("epochs", epochs, .atLeast(1, to: 1_000_000))
    try path.check("batchSize", batchSize, .atLeast(1))
    try path.check("bucketing", bucketing, .atLeast(0, to: 1_000_000))
    try path.check("gradientClip", gradientClip, .above(0, to: 1e30))
    try optimiser.check(at: path.appending("optimiser"))
    try schedule.check(at: path.appending("schedule"))
    for name in parts.names {
      try parts[name]?.check(at: path.appending("parts").appending(name))
    }
    try earlyStopping.check(at: path.appending("earlyStopping"))
    try averaging.check(at: path.appending("averaging"))
    try path.check("microBatchSize", microBatchSize, .threshold(2))
    try path.check("maximumSeconds", maximumSeconds, .above(0))
    try checkWarmup(at: path.appending("schedule"))
  }

  private func checkWarmup(at path: ConfigPath) throws {
    guard schedule.name == OneCycleSchedule.name else { return }
    for (key, value) in [
      ("warmupEpochs", schedule.warmupEpochs), ("warmupSteps", schedule.warmupSteps),
    ] {
      try path.check(
        key, value == 0, found: .integer(value),
        expected: "0 with one-cycle, whose rise is its warm-up")
    }
  }
}
