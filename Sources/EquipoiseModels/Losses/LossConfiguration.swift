// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// A loss of outputs and answers.
public protocol TaskLoss {
  /// What is minimised: a mean over the batch, a scalar.
  func mean(_ outputs: Tensor, _ answers: Tensor) -> Tensor
  /// The same summed over the samples, a scalar.
  func total(_ outputs: Tensor, _ answers: Tensor) -> Tensor
}

extension TaskLoss {
  /// The mean times the number of samples.
  public func total(_ outputs: Tensor, _ answers: Tensor) -> Tensor {
    mean(outputs, answers) * Double(outputs.size(0))
  }
}

/// What a loss learns about its run.
public struct LossSetting {
  /// What is learned.
  public let task: LearningTask
  /// The classes, labels or targets.
  public let outputs: [String]
  /// The number of training samples.
  public let samples: Int
  /// How many of them are of each class or have each label; empty in a regression.
  public let counts: [Int]
  /// Where the model runs.
  public let device: Device

  /// What a loss learns about its run.
  public init(
    task: LearningTask, outputs: [String], samples: Int, counts: [Int], device: Device = .cpu
  ) {
    (self.task, self.outputs, self.samples) = (task, outputs, samples)
    (self.counts, self.device) = (counts, device)
  }
}

/// The settings of one loss, and how it is made of them.
public protocol LossConfiguration: ConfigurationSection {
  /// The name in `training.loss.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// What it can be used for.
  static var tasks: [LearningTask] { get }
  /// The loss of a run.
  ///
  /// - Parameter setting: the run's data; its task is one of ``tasks``.
  /// - Returns: the loss.
  /// - Throws: `EquipoiseError` when the settings do not fit the data.
  func makeLoss(for setting: LossSetting) throws -> any TaskLoss
}

/// The section `training.loss`.
public enum LossFamily: SectionFamily {
  /// A loss.
  public static let title = "loss"
  /// What the task has unless another is chosen.
  public static var standard: (name: String, settings: any LossConfiguration) {
    (AutoLoss.name, AutoLoss())
  }
}

/// What is minimised: the type of the loss and its settings.
public typealias LossSection = ChoiceSection<LossFamily>

extension LossSection {
  /// A loss of these settings.
  public init<Settings: LossConfiguration>(_ settings: Settings) {
    self.init(name: Settings.name, settings: settings)
  }

  /// What a run minimises.
  ///
  /// - Parameters:
  ///   - setting: the run's data.
  ///   - scale: the unit of a regression's outputs.
  /// - Returns: the objective.
  /// - Throws: `EquipoiseError` for a loss of another task, or settings that do not fit the data.
  package func makeObjective(for setting: LossSetting, scale: TargetScale?) throws -> Objective {
    let tasks = type(of: settings).tasks
    guard tasks.contains(setting.task) else {
      throw EquipoiseError(
        .configuration,
        "the loss '\(name)' is for \(tasks.map(\.rawValue).joined(separator: " and ")), and the dataset's task is "
          + setting.task.rawValue, at: "training.loss.type",
        fix: "choose another loss, or '\(AutoLoss.name)'")
    }
    return Objective(
      setting.task, loss: try settings.makeLoss(for: setting), scale: scale)
  }
}

/// What fits the task, with its defaults: `type: auto`.
public struct AutoLoss: LossConfiguration {
  /// `auto`.
  public static let name = "auto"
  /// One line for lists.
  public static let summary = "cross-entropy, bce or mse, as the task is"
  /// All.
  public static let tasks = LearningTask.allCases

  /// Without settings.
  public init() {}

  /// Cross-entropy of classes, binary cross-entropy of labels, squared error of numbers.
  public func makeLoss(for setting: LossSetting) throws -> any TaskLoss {
    switch setting.task {
    case .classification: CrossEntropyLoss()
    case .multilabel: BinaryCrossEntropyLoss()
    case .regression: ElementLoss { $0.squaredErrors($1) }
    }
  }
}
