// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels
internal import EquipoiseData
import EquipoiseTorch

/// What is right for the samples of a split, row by row as they were visited.
struct SplitAnswers {
  /// Of classification.
  private(set) var labels: [Int] = []
  /// Of several labels 0 and 1, of a regression numbers in their own unit.
  private(set) var rows: [Float] = []

  init(labels: [Int] = [], rows: [Float] = []) { (self.labels, self.rows) = (labels, rows) }

  /// Adds those of further samples.
  mutating func append(_ other: SplitAnswers) {
    labels += other.labels
    rows += other.rows
  }

  /// Adds a batch's.
  mutating func append(_ answers: Tensor, of task: LearningTask) {
    if task == .classification {
      labels += answers.array(of: Int.self)
    } else {
      rows += answers.floats()
    }
  }

  /// Those of some samples.
  ///
  /// - Parameters:
  ///   - samples: their places.
  ///   - width: how many numbers a sample has where it has not one class.
  /// - Returns: in the order of the places.
  func picked(_ samples: [Int], width: Int) -> SplitAnswers {
    var answers = SplitAnswers()
    if rows.isEmpty {
      answers.labels = samples.map { labels[$0] }
    } else {
      answers.rows = samples.flatMap { rows[$0 * width..<($0 + 1) * width] }
    }
    return answers
  }
}

/// What a model or a part of it says of the samples of a split: of classification the class that each is taken for,
/// of other tasks all outputs, row by row.
struct SplitOutputs {
  private(set) var classes: [Int]
  private(set) var rows: [Float]

  init(classes: [Int] = [], rows: [Float] = []) { (self.classes, self.rows) = (classes, rows) }

  mutating func append(_ other: SplitOutputs) {
    classes += other.classes
    rows += other.rows
  }

  /// Those of some samples, by their places.
  func picked(_ samples: [Int], width: Int) -> SplitOutputs {
    rows.isEmpty
      ? SplitOutputs(classes: samples.map { classes[$0] })
      : SplitOutputs(rows: samples.flatMap { rows[$0 * width..<($0 + 1) * width] })
  }
}

/// Turns outputs into scores, by the task.
struct SplitScoring {
  let task: LearningTask
  /// The number of classes, labels or targets.
  let width: Int
  let scale: TargetScale?
  /// Whether the targets are sentiment from −3 to 3, which has scores of its own.
  var isSentiment = false

  /// The score by which modalities and sets of them are told apart.
  var measure: Score { Score.measure(of: task) }

  /// What is kept of outputs [B, K].
  func kept(_ outputs: Tensor) -> SplitOutputs {
    let rows = outputs.floats()
    guard task == .classification else { return SplitOutputs(rows: rows) }
    // The class of the first of each row's largest logits.
    return SplitOutputs(classes: Softmax.best(ofRows: rows, classes: width))
  }

  /// The measure of some outputs, and their macro-F1 where the task has one.
  func brief(_ outputs: SplitOutputs, _ answers: SplitAnswers) -> (
    measure: Double, macroF1: Double?
  ) {
    switch task {
    case .classification:
      let confusion = ConfusionMatrix(
        labels: answers.labels, predictions: outputs.classes, classes: width)
      return (confusion.accuracy, confusion.macroF1)
    case .multilabel:
      let scores = LabelScores(labelPredictions(outputs.rows, answers))
      return (scores[measure], scores[.macroF1])
    case .regression:
      return (ValueScores(valuePredictions(outputs.rows, answers))[measure], nil)
    }
  }

  /// All scores of the fused outputs.
  func report(
    _ outputs: [Float], _ answers: SplitAnswers, modalities: [String: ModalityReport] = [:],
    shapley: ShapleyReport? = nil
  ) -> EvaluationReport {
    switch task {
    case .classification:
      EvaluationReport(
        ClassificationScores(logits: outputs, labels: answers.labels, classes: width),
        modalities: modalities, shapley: shapley)
    case .multilabel:
      EvaluationReport(
        LabelScores(labelPredictions(outputs, answers)), modalities: modalities, shapley: shapley)
    case .regression:
      EvaluationReport(
        ValueScores(valuePredictions(outputs, answers)), modalities: modalities, shapley: shapley)
    }
  }

  private func labelPredictions(_ rows: [Float], _ answers: SplitAnswers) -> LabelPredictions {
    LabelPredictions(logits: rows, labels: answers.rows.map { $0 == 1 }, count: width)
  }

  /// Outputs in the targets' own unit.
  private func valuePredictions(_ rows: [Float], _ answers: SplitAnswers) -> ValuePredictions {
    let outputs = rows.enumerated().map { index, output in
      guard let scale else { return Double(output) }
      let target = index % width
      return Double(output) * scale.deviations[target] + scale.means[target]
    }
    return ValuePredictions(
      outputs: outputs, targets: answers.rows.map(Double.init), count: width,
      isSentiment: isSentiment)
  }
}
