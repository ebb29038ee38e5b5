// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings

/// A number that says how good predictions are: what it is called, how it is read and how it is computed.
///
/// ``all`` is the only list of scores. What is in it appears in `metrics.jsonl`, `result.json`, tables, TensorBoard,
/// the tables of `evaluate` and `compare`, their JSON and CSV and the report, and can select epochs. A name means the
/// same for every task that has it: one score then has a function for each of them.
public struct Score: Sendable {
  /// What a score's numbers are.
  public enum Unit: String, Encodable, Sendable {
    /// From 0 to 1, shown in percent.
    case share
    /// A cross-entropy with the natural logarithm, from 0; for regression the mean squared error.
    case loss
    /// The target's own unit.
    case target
    /// A number without a unit, such as a correlation.
    case number
  }

  /// The key in files and settings.
  public let name: String
  /// The name in tables.
  public let title: String
  /// What its numbers are.
  public let unit: Unit
  /// Whether a larger number is a better one.
  public let isLargerBetter: Bool
  /// Whether tables that have no room for all scores show it.
  public let isLeading: Bool
  private let ofClasses: (@Sendable (ScoredPredictions) -> Double?)?
  private let ofLabels: (@Sendable (LabelPredictions) -> Double?)?
  private let ofTarget: (@Sendable (TargetPredictions) -> Double?)?

  /// A score.
  ///
  /// Its functions give finite numbers, 0 without samples, and `nil` where the score says nothing about such
  /// predictions.
  ///
  /// - Parameters:
  ///   - name: the key in files and settings, in camel case.
  ///   - title: the name in tables.
  ///   - unit: what its numbers are.
  ///   - isLargerBetter: whether a larger number is a better one.
  ///   - isLeading: whether tables that have no room for all scores show it.
  ///   - classes: computes it for classification.
  ///   - labels: computes it for several labels.
  ///   - target: computes it for one target of regression; that of several targets is the mean.
  init(
    _ name: String, _ title: String, _ unit: Unit = .share, isLargerBetter: Bool = true,
    isLeading: Bool = false, classes: (@Sendable (ScoredPredictions) -> Double?)? = nil,
    labels: (@Sendable (LabelPredictions) -> Double?)? = nil,
    target: (@Sendable (TargetPredictions) -> Double?)? = nil
  ) {
    (self.name, self.title, self.unit) = (name, title, unit)
    (self.isLargerBetter, self.isLeading) = (isLargerBetter, isLeading)
    (ofClasses, ofLabels, ofTarget) = (classes, labels, target)
  }

  /// The tasks whose predictions it scores.
  public var tasks: Set<LearningTask> {
    var tasks: Set<LearningTask> = []
    if ofClasses != nil { tasks.insert(.classification) }
    if ofLabels != nil { tasks.insert(.multilabel) }
    if ofTarget != nil { tasks.insert(.regression) }
    return tasks
  }

  /// The score of one class for each sample; `nil` where it says nothing about such predictions.
  func value(of predictions: ScoredPredictions) -> Double? { ofClasses?(predictions) }

  /// The score of several labels; `nil` where it says nothing about such predictions.
  func value(of predictions: LabelPredictions) -> Double? { ofLabels?(predictions) }

  /// The score of one target; `nil` where it says nothing about such predictions.
  func value(of predictions: TargetPredictions) -> Double? { ofTarget?(predictions) }

  /// A number as one of which the largest is the best.
  package func merit(_ value: Double) -> Double { isLargerBetter ? value : -value }
}

extension Score {
  /// The scores of a task, in the order of tables.
  public static func all(of task: LearningTask) -> [Score] {
    all.filter { $0.tasks.contains(task) }
  }

  /// The scores that were found, in the order of tables; those of classification where none was, as nothing is
  /// finished.
  package static func found(_ isFound: (Score) -> Bool) -> [Score] {
    let found = all.filter(isFound)
    return found.isEmpty ? all(of: .classification) : found
  }
}

/// A score is chosen by its name, such as `evaluation.selectBy: macroF1`.
extension Score: ConfigurationChoice, Equatable {
  /// The score of a name.
  public init?(rawValue: String) {
    guard let score = Self.all.first(where: { $0.name == rawValue }) else { return nil }
    self = score
  }

  /// The name.
  public var rawValue: String { name }
  /// Every score.
  public static var allCases: [Score] { all }
  /// Whether both are the same score.
  public static func == (left: Score, right: Score) -> Bool { left.name == right.name }
}
