// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseMetrics
public import EquipoiseSettings
public import EquipoiseTorch

/// The settings of one shape of the learning rate over the epochs, or over the steps.
public protocol ScheduleConfiguration: ConfigurationSection {
  /// The name in `training.schedule.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// The learning rate of an epoch after the warm-up; of a step, where `training.schedule.interval` says so.
  ///
  /// - Parameters:
  ///   - base: the optimiser's learning rate.
  ///   - epoch: counted from the end of the warm-up, from 0.
  ///   - epochs: how many there are after the warm-up, at least 1.
  /// - Returns: the learning rate.
  func rate(base: Double, epoch: Int, of epochs: Int) -> Double
}

/// How often a schedule changes the learning rate.
public enum ScheduleInterval: String, ConfigurationChoice {
  /// Before each epoch; a schedule's lengths are numbers of epochs.
  case epoch
  /// Before each step; a schedule's lengths are numbers of steps.
  case step
}

/// A schedule that changes the learning rate before each step unless it is told otherwise.
public protocol StepwiseSchedule: ScheduleConfiguration {}

/// A schedule that goes by a score on the validation split.
public protocol ScoreFollowing: ScheduleConfiguration {
  /// The score; nil takes the one that selects epochs.
  var score: Score? { get }
  /// The rule.
  ///
  /// - Parameter isLargerBetter: whether a larger score is a better one.
  /// - Returns: what lowers the learning rate.
  func plateau(isLargerBetter: Bool) -> Plateau
}

/// The section `training.schedule`.
public enum ScheduleFamily: SectionFamily {
  /// What every schedule has.
  public struct Common: ConfigurationSection, RangeChecking {
    /// Epochs over which the learning rate rises linearly to its full value.
    public var warmupEpochs = 0
    /// The same in steps, over which it rises at every step.
    public var warmupSteps = 0
    /// Whether the learning rate changes before every `epoch` or every `step`; nil takes the schedule's own way.
    public var interval: ScheduleInterval?

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
      try path.check("warmupSteps", warmupSteps, .atLeast(0))
      try path.check(
        "warmupSteps", warmupSteps == 0 || warmupEpochs == 0, found: .integer(warmupSteps),
        expected: "0, as warmupEpochs is \(warmupEpochs)")
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

  /// Whether the learning rate may change from one step of an epoch to the next.
  package var changesInEpochs: Bool { countsSteps || common.warmupSteps > 0 }

  private var countsSteps: Bool {
    (common.interval ?? (settings is any StepwiseSchedule ? .step : .epoch)) == .step
  }

  /// Whether the warm-up is over at a step, so that what follows it may go by scores.
  package func isWarm(at place: TrainingPlace) -> Bool {
    common.warmupSteps > 0
      ? place.globalStep >= common.warmupSteps : place.epoch >= common.warmupEpochs
  }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - place: which step.
  ///   - base: the optimiser's learning rate.
  ///   - epochs: of the whole training.
  /// - Returns: the learning rate.
  package func rate(at place: TrainingPlace, base: Double, of epochs: Int) -> Double {
    guard changesInEpochs else { return rate(at: place.epoch, base: base, of: epochs) }
    let perEpoch = place.stepsPerEpoch
    let warmup = common.warmupSteps + common.warmupEpochs * perEpoch
    guard place.globalStep >= warmup else {
      return LearningRateSchedule(base: base, warmup: warmup).rate(at: place.globalStep)
    }
    let (after, left) = (place.globalStep - warmup, max(1, epochs * perEpoch - warmup))
    return countsSteps
      ? settings.rate(base: base, epoch: after, of: left)
      : settings.rate(base: base, epoch: after / perEpoch, of: (left - 1) / perEpoch + 1)
  }

  /// The learning rate of an epoch.
  private func rate(at epoch: Int, base: Double, of epochs: Int) -> Double {
    let warmup = common.warmupEpochs
    guard epoch >= warmup else {
      return LearningRateSchedule(base: base, warmup: warmup).rate(at: epoch)
    }
    return settings.rate(base: base, epoch: epoch - warmup, of: max(1, epochs - warmup))
  }
}

/// A step of a run.
package struct TrainingPlace: Sendable {
  /// The epoch, from 0.
  package let epoch: Int
  /// The step inside the epoch, from 0.
  package let step: Int
  /// The number of steps of an epoch.
  package let stepsPerEpoch: Int

  package init(epoch: Int, step: Int = 0, stepsPerEpoch: Int) {
    (self.epoch, self.step, self.stepsPerEpoch) = (epoch, step, stepsPerEpoch)
  }

  /// The step since training began, from 0.
  var globalStep: Int { epoch * stepsPerEpoch + step }
}
