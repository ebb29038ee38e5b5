// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit

/// What a method that was published for classification of complete samples does with another task, or with samples that
/// lack a modality.
public enum TaskRule: Equatable, Sendable {
  /// As its source says, which is named.
  case published(String)
  /// As this library states, since it follows from the method's idea.
  case stated(String)
  /// It refuses, for the reason given.
  case refused(String)

  /// What it does, or why it refuses.
  public var text: String {
    switch self {
    case .published(let text), .stated(let text), .refused(let text): text
    }
  }

  /// Why it refuses; `nil` where it does not.
  public var refusal: String? {
    if case .refused(let reason) = self { reason } else { nil }
  }
}

/// The rule of each task but classification, which every method has.
public struct TaskRules: Equatable, Sendable {
  /// Of several labels.
  public var multilabel: TaskRule
  /// Of numbers.
  public var regression: TaskRule

  /// Both rules.
  public init(multilabel: TaskRule, regression: TaskRule) {
    (self.multilabel, self.regression) = (multilabel, regression)
  }

  /// A method that says nothing about other tasks is for classification alone.
  public static let classificationOnly = TaskRules(
    multilabel: .refused("it states no rule for several labels"),
    regression: .refused("it states no rule for a regression"))

  /// Nothing but the loss is another one.
  public static let lossOnly = TaskRules(
    multilabel: .stated("the task's loss in place of cross-entropy"),
    regression: .stated("the task's loss in place of cross-entropy"))

  /// So is each modality's own loss; in a regression of M times its part of the fused number.
  public static let ownLosses = TaskRules(
    multilabel: .stated("the task's loss in place of cross-entropy"),
    regression: .stated(
      "the task's loss; a modality's own number is M times its part of the fused one, which is their mean"
    ))

  /// Modalities are compared by ``Objective/score(_:_:)``.
  static let byScore = TaskRules(
    multilabel: .stated(
      "s_m sums over samples the mean of the mean σ of their labels and the mean 1 − σ of the others"
    ),
    regression: .stated(
      "s_m = 1 / MSE_m as in MLB's released code, of M times the modality's part of the fused number"
    ))

  /// The rule of a task; `nil` for classification.
  public subscript(task: LearningTask) -> TaskRule? {
    switch task {
    case .classification: nil
    case .multilabel: multilabel
    case .regression: regression
    }
  }
}

extension TaskRule {
  /// Nothing but the fused outputs is trained, which every sample has.
  static let fusedLossAlone = TaskRule.stated("the fused loss, of all samples")
  /// Modalities are compared by ``Objective/score(_:_:)``.
  static let comparedOnCommonSamples = TaskRule.stated(
    "two modalities are compared by the samples that have both, of more than two pairwise; without such samples neither leads"
  )
}
