// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseMetrics
public import EquipoiseSettings
public import EquipoiseTorch

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

/// Half a cosine down to a minimum, again and again: `type: restarts`.
public struct RestartsSchedule: ScheduleConfiguration, RangeChecking {
  /// `restarts`.
  public static let name = "restarts"
  /// One line for lists.
  public static let summary = "half a cosine down to minimumLearningRate, again and again"

  /// Epochs of the first period.
  public var period = 10
  /// How many times as long as the one before each period is.
  public var periodMultiplier = 1
  /// The learning rate at the end of a period.
  public var minimumLearningRate = 0.0

  /// The defaults.
  public init() {}

  /// PyTorch's `CosineAnnealingWarmRestarts`.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
    LearningRateSchedule(
      base: base,
      decay: .restarts(
        period: period, multiplier: periodMultiplier, minimum: minimumLearningRate)
    ).rate(at: epoch)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("period", period, .atLeast(1))
    try path.check("periodMultiplier", periodMultiplier, .atLeast(1))
    try path.check("minimumLearningRate", minimumLearningRate, .atLeast(0))
  }
}

/// Down to a minimum by a power of the remaining epochs: `type: polynomial`.
public struct PolynomialSchedule: ScheduleConfiguration, RangeChecking {
  /// `polynomial`.
  public static let name = "polynomial"
  /// One line for lists.
  public static let summary = "down to minimumLearningRate by a power of the share of epochs left"

  /// The power; 1 is a line.
  public var power = 1.0
  /// The learning rate at the end.
  public var minimumLearningRate = 0.0

  /// The defaults.
  public init() {}

  /// PyTorch's `PolynomialLR`, with a minimum.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
    let decay = LearningRateSchedule.Decay.polynomial(
      epochs: epochs, power: power, minimum: minimumLearningRate)
    return LearningRateSchedule(base: base, decay: decay).rate(at: epoch)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("power", power, .above(0))
    try path.check("minimumLearningRate", minimumLearningRate, .atLeast(0))
  }
}

/// Up to the optimiser's learning rate and far down again: `type: one-cycle`.
public struct OneCycleSchedule: StepwiseSchedule, RangeChecking {
  /// `one-cycle`.
  public static let name = "one-cycle"
  /// One line for lists.
  public static let summary = "up to the learning rate and far down again, step by step"

  /// The share of the training in which the rate rises.
  public var rise = 0.3
  /// The learning rate divided by the one at the start.
  public var divisor = 25.0
  /// The learning rate at the start divided by the one at the end.
  public var finalDivisor = 1e4
  /// Whether the rate follows lines instead of cosines.
  public var linear = false
  /// Whether it falls as long as it rose, to where it began, before it falls to the end.
  public var threePhases = false

  /// The defaults.
  public init() {}

  /// PyTorch's `OneCycleLR`; momentum stays as it is (`cycle_momentum=False`).
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double {
    let cycle = OneCycle(
      rise: rise, divisor: divisor, finalDivisor: finalDivisor, isLinear: linear,
      hasThreePhases: threePhases)
    return cycle.rate(maximum: base, at: epoch, of: epochs)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("rise", rise, .between(0, 1))
    try path.check(
      "rise", !threePhases || rise <= 0.5, found: .double(rise),
      expected: "at most 0.5 with threePhases")
    try path.check("divisor", divisor, .atLeast(1))
    try path.check("finalDivisor", finalDivisor, .atLeast(1))
  }
}

/// Lowered when a score has not improved for some epochs: `type: plateau`.
public struct PlateauSchedule: ScoreFollowing, RangeChecking {
  /// `plateau`.
  public static let name = "plateau"
  /// One line for lists.
  public static let summary =
    "multiplied by factor when a score has not improved for patience epochs"

  /// The score on the validation split; nil takes the one that selects epochs.
  public var score: Score?
  /// The factor of each reduction.
  public var factor = 0.1
  /// Epochs without improvement that are still borne.
  public var patience = 10
  /// An improvement is one by more than this: a share of the best score, unless `absolute`.
  public var minimumChange = 1e-4
  /// Whether `minimumChange` is in the score's own unit.
  public var absolute = false
  /// Epochs after a reduction that are not counted.
  public var rest = 0
  /// The least learning rate.
  public var minimumLearningRate = 0.0

  /// The defaults.
  public init() {}

  /// The base rate: what is made of it goes by the scores.
  public func rate(base: Double, epoch: Int, of epochs: Int) -> Double { base }

  /// PyTorch's `ReduceLROnPlateau`.
  public func plateau(isLargerBetter: Bool) -> Plateau {
    Plateau(
      factor: factor, patience: patience,
      threshold: absolute ? .absolute(minimumChange) : .relative(minimumChange), rest: rest,
      minimum: minimumLearningRate, isLargerBetter: isLargerBetter)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("factor", factor, .between(0, 1))
    try path.check("patience", patience, .atLeast(0))
    try path.check("minimumChange", minimumChange, .atLeast(0))
    try path.check("rest", rest, .atLeast(0))
    try path.check("minimumLearningRate", minimumLearningRate, .atLeast(0))
  }
}
