// SPDX-License-Identifier: Apache-2.0
public import EquipoiseSettings

/// A number that says how good predictions are: what it is called, how it is read and how it is computed.
///
/// ``all`` is the only list of scores. What is in it appears in `metrics.jsonl`, `result.json`, tables, TensorBoard,
/// the tables of `evaluate` and `compare`, their JSON and CSV and the report, and can select epochs.
public struct Score: Sendable {
  /// What a score's numbers are.
  public enum Unit: String, Encodable, Sendable {
    /// From 0 to 1, shown in percent.
    case share
    /// A cross-entropy with the natural logarithm, from 0.
    case nats
  }

  /// What the predictions are of.
  public enum Task: String, Encodable, Sendable {
    /// One class of several for each sample.
    case classification
  }

  /// The key in files and settings.
  public let name: String
  /// The name in tables.
  public let title: String
  /// What its numbers are.
  public let unit: Unit
  /// Whether a larger number is a better one.
  public let isLargerBetter: Bool
  /// What the predictions are of.
  public let task: Task
  /// Whether tables that have no room for all scores show it.
  public let isLeading: Bool
  private let function: @Sendable (ScoredPredictions) -> Double

  /// A score.
  ///
  /// - Parameters:
  ///   - name: the key in files and settings, in camel case.
  ///   - title: the name in tables.
  ///   - unit: what its numbers are.
  ///   - isLargerBetter: whether a larger number is a better one.
  ///   - task: what the predictions are of.
  ///   - isLeading: whether tables that have no room for all scores show it.
  ///   - function: computes it; finite, and 0 without samples.
  init(
    _ name: String, _ title: String, _ unit: Unit = .share, isLargerBetter: Bool = true,
    task: Task = .classification, isLeading: Bool = false,
    _ function: @escaping @Sendable (ScoredPredictions) -> Double
  ) {
    (self.name, self.title, self.unit, self.task) = (name, title, unit, task)
    (self.isLargerBetter, self.isLeading, self.function) = (isLargerBetter, isLeading, function)
  }

  /// The score of predictions.
  func value(of predictions: ScoredPredictions) -> Double { function(predictions) }

  /// A number as one of which the largest is the best.
  package func merit(_ value: Double) -> Double { isLargerBetter ? value : -value }
}

extension Score {
  /// Every score, in the order of tables.
  public static let all = [
    accuracy, macroF1,
    Score("weightedF1", "weighted F1") { $0.confusion.weightedF1 },
    Score("meanAveragePrecision", "mean AP") { $0.meanAveragePrecision },
    loss,
    Score("expectedCalibrationError", "calibration error", isLargerBetter: false) {
      CalibrationError.expected($0)
    },
  ]

  /// The share of samples whose class is predicted.
  public static let accuracy = Score("accuracy", "accuracy", isLeading: true) {
    $0.confusion.accuracy
  }
  /// The mean of the classes' F1 scores; 0 for a class that neither occurs nor is predicted.
  public static let macroF1 = Score("macroF1", "macro-F1", isLeading: true) {
    $0.confusion.macroF1
  }
  /// The mean cross-entropy.
  public static let loss = Score("loss", "loss", .nats, isLargerBetter: false) { $0.loss }
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
