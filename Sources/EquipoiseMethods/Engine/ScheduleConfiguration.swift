// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseTorch

/// The settings of one shape of the learning rate over the epochs.
public protocol ScheduleConfiguration: ConfigurationSection {
  /// The name in `training.schedule.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// The learning rate of an epoch after the warm-up.
  ///
  /// - Parameters:
  ///   - base: the optimiser's learning rate.
  ///   - epoch: counted from the end of the warm-up, from 0.
  ///   - epochs: how many there are after the warm-up, at least 1.
  /// - Returns: the learning rate.
  func rate(base: Double, epoch: Int, of epochs: Int) -> Double
}

/// The section `training.schedule`.
public enum ScheduleFamily: SectionFamily {
  /// What every schedule has.
  public struct Common: ConfigurationSection, RangeChecking {
    /// Epochs over which the learning rate rises linearly to its full value.
    public var warmupEpochs = 0

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
    }
  }

  /// A schedule.
  public static let title = "schedule"
  /// Drops after every so many epochs.
  public static var standard: (name: String, settings: any ScheduleConfiguration) {
    (StepSchedule.name, StepSchedule())
  }
}

/// The learning rate over the epochs: its shape, warm-up and settings.
public typealias ScheduleSection = ChoiceSection<ScheduleFamily>

extension ScheduleSection {
  /// A schedule of these settings.
  public init<Settings: ScheduleConfiguration>(_ settings: Settings, warmupEpochs: Int = 0) {
    self.init(name: Settings.name, settings: settings)
    common.warmupEpochs = warmupEpochs
  }

  /// The learning rate of an epoch.
  ///
  /// - Parameters:
  ///   - epoch: from 0.
  ///   - base: the optimiser's learning rate.
  ///   - epochs: of the whole training.
  /// - Returns: the learning rate.
  package func rate(at epoch: Int, base: Double, of epochs: Int) -> Double {
    let warmup = common.warmupEpochs
    guard epoch >= warmup else {
      return LearningRateSchedule(base: base, warmup: warmup).rate(at: epoch)
    }
    return settings.rate(base: base, epoch: epoch - warmup, of: max(1, epochs - warmup))
  }
}

/// Multiplied by a factor every so many epochs: `type: step`.
public struct StepSchedule: ScheduleConfiguration, RangeChecking {
  /// `step`.
  public static let name = "step"
  /// One line for lists.
  public static let summary = "multiplied by gamma every stepSize epochs"

  /// Epochs between two drops.
  public var stepSize = 70
  /// The factor of each drop.
  public var gamma = 0.1

  /// The defaults.
  public init() {}

  /// PyTorch's `StepLR`.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
    LearningRateSchedule(base: base, decay: .step(epochs: stepSize, factor: gamma)).rate(at: epoch)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("stepSize", stepSize, .atLeast(1))
    try path.check("gamma", gamma, .above(0))
  }
}

/// Half a cosine down to a minimum: `type: cosine`.
public struct CosineSchedule: ScheduleConfiguration, RangeChecking {
  /// `cosine`.
  public static let name = "cosine"
  /// One line for lists.
  public static let summary = "half a cosine down to minimumLearningRate"

  /// The learning rate at the end.
  public var minimumLearningRate = 0.0

  /// The defaults.
  public init() {}

  /// PyTorch's `CosineAnnealingLR`.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
    let decay = LearningRateSchedule.Decay.cosine(epochs: epochs, minimum: minimumLearningRate)
    return LearningRateSchedule(base: base, decay: decay).rate(at: epoch)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("minimumLearningRate", minimumLearningRate, .atLeast(0))
  }
}

/// Unchanged after the warm-up: `type: constant`.
public struct ConstantSchedule: ScheduleConfiguration {
  /// `constant`.
  public static let name = "constant"
  /// One line for lists.
  public static let summary = "unchanged"

  /// Without settings.
  public init() {}

  /// The base rate.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double { base }
}
