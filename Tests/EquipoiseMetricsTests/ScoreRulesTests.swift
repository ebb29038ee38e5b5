// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import Foundation
import Testing

@testable import EquipoiseMetrics

/// What the list of scores promises, and numbers by hand where libraries have none or another rule.
struct ScoreRulesTests {
  @Test func aNameIsThatOfOneScoreAndEveryScoreHasATask() {
    #expect(Set(Score.all.map(\.name)).count == Score.all.count)
    #expect(Set(Score.all.map(\.title)).count == Score.all.count)
    #expect(Score.all.allSatisfy { !$0.tasks.isEmpty })
    for score in Score.all { #expect(Score(rawValue: score.name) == score) }
    for task in LearningTask.allCases {
      let scores = Score.all(of: task)
      #expect(scores.contains(.loss) && scores.contains { $0.isLeading }, "\(task)")
    }
    #expect(Score.macroF1.tasks == [.classification, .multilabel])
    #expect(Score.loss.tasks == Set(LearningTask.allCases))
  }

  /// One with a function for no task but its own says nothing of another's predictions.
  @Test func aTaskHasItsScoresAlone() {
    func names(_ task: LearningTask) -> Set<String> { Set(Score.all(of: task).map(\.name)) }
    let classes = ClassificationScores(
      logits: [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], labels: [0, 1], classes: 6)
    #expect(Set(classes.values.keys) == names(.classification))
    let labels = LabelScores(
      LabelPredictions(logits: [1, -1, -1, 1], labels: [true, false, false, true], count: 2))
    #expect(Set(labels.values.keys) == names(.multilabel))
    let values = ValueScores(
      ValuePredictions(outputs: [1, -2], targets: [2, -1], isSentiment: true))
    #expect(Set(values.values.keys) == names(.regression))
    let plain = ValueScores(ValuePredictions(outputs: [1, -2], targets: [2, -1]))
    #expect(
      Set(plain.values.keys)
        == names(.regression).filter { !$0.hasPrefix("acc") && !$0.hasPrefix("f1") })
    #expect(plain[.meanAbsoluteError] == 1 && plain[.accuracy].isNaN && labels[.accuracy].isNaN)
  }

  @Test func whatNothingHasScoredIsAbsentOrZero() {
    let classes = ClassificationScores(logits: [], labels: [], classes: 7)
    #expect(classes.values["auroc"] == nil && classes.values.values.allSatisfy { $0 == 0 })
    #expect(classes.values.count == Score.all(of: .classification).count - 1)
    let labels = LabelScores(LabelPredictions(logits: [], labels: [], count: 3))
    #expect(labels.values.count == 6 && labels.values.values.allSatisfy { $0 == 0 })
    let values = ValueScores(
      ValuePredictions(outputs: [], targets: [], count: 2, isSentiment: true))
    #expect(values.values.count == 13 && values.values.values.allSatisfy { $0 == 0 })
  }

  /// A single pair: its target is constant, and so is its output.
  @Test func oneSample() {
    let wrong = ValueScores(ValuePredictions(outputs: [1], targets: [3]))
    #expect(
      wrong.values == [
        "mae": 2, "rmse": 2, "loss": 4, "r2": 0, "pearson": 0, "spearman": 0, "ccc": 0,
      ])
    let right = ValueScores(ValuePredictions(outputs: [3], targets: [3]))
    #expect(
      right.values == [
        "mae": 0, "rmse": 0, "loss": 0, "r2": 1, "pearson": 0, "spearman": 0, "ccc": 1,
      ])
  }

  /// Of equal logits the first five classes are the top five.
  @Test func topFiveOfEqualLogits() {
    func top(_ label: Int, _ logits: [Float]) -> Double? {
      ClassificationScores(logits: logits, labels: [label], classes: logits.count)
        .values["top5Accuracy"]
    }
    let equal = [Float](repeating: 1, count: 7)
    #expect(top(4, equal) == 1 && top(5, equal) == 0)
    #expect(top(0, [0, 1, 1, 1, 1, 1]) == 0 && top(5, [0, 1, 1, 1, 1, 1]) == 1)
    #expect(top(0, [0, 1, 1, 1, 1]) == nil)
  }

  @Test func areasByHand() throws {
    // Of the pairs 0.8 > 0.5, 0.8 > 0.1, 0.5 = 0.5, 0.5 > 0.1: 3½ of 4.
    let area = AUROC.of(
      scores: [0.8, 0.5, 0.5, 0.1], isPositive: [true, true, false, false])
    #expect(area == 3.5 / 4)
    #expect(
      AUROC.of(scores: [.infinity, .infinity, 1], isPositive: [true, false, false]) == 1.5 / 2)
    #expect(AUROC.of(scores: [1, 2], isPositive: [true, true]) == nil)
    #expect(AUROC.of(scores: [1, 2], isPositive: [false, false]) == nil)
    #expect(AUROC.of(scores: [], isPositive: []) == nil)
    #expect(AUROC.of(scores: [.nan, 0.5, .nan], isPositive: [true, false, true]) != nil)
  }

  /// Every pair, one after the other; the order of the samples does not matter.
  @Test func areaOfEveryPair() {
    var stream = RandomStream(seed: 5, "areas")
    let scores = (0..<120).map { _ in Float(stream.integer(below: 15)) }
    let isPositive = (0..<120).map { _ in stream.integer(below: 4) == 0 }
    var (sum, pairs) = (0.0, 0.0)
    for a in scores.indices where isPositive[a] {
      for b in scores.indices where !isPositive[b] {
        sum += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0
        pairs += 1
      }
    }
    #expect(abs((AUROC.of(scores: scores, isPositive: isPositive) ?? 0) - sum / pairs) < 1e-15)
    #expect(
      AUROC.of(scores: scores.reversed(), isPositive: isPositive.reversed())
        == AUROC.of(scores: scores, isPositive: isPositive))
  }

  /// Halves to the even number, beyond the ends clipped; an output of 0 is negative where zeros are left out and not
  /// negative where they are not.
  @Test func sentimentByHand() {
    func score(_ name: String, _ output: Double, _ target: Double) -> Double? {
      ValueScores(ValuePredictions(outputs: [output], targets: [target], isSentiment: true))
        .values[name]
    }
    #expect(score("acc7", 2.5, 2) == 1 && score("acc7", 2.5, 3) == 0)
    #expect(score("acc7", -0.5, 0) == 1 && score("acc7", 1.5, 2) == 1)
    #expect(score("acc7", 9, 3) == 1 && score("acc7", -3.7, -2.6) == 1)
    #expect(score("acc5", 9, 2) == 1 && score("acc5", 2.2, 3) == 1 && score("acc7", 2.2, 3) == 0)
    #expect(score("acc2HasZero", 0, 0.1) == 1 && score("acc2HasZero", 0, -0.1) == 0)
    #expect(score("acc2NonZero", 0, 0.1) == 0 && score("acc2NonZero", 0, -0.1) == 1)
    #expect(score("acc2NonZero", 1, 0) == 0)
  }

  /// Equal scores share the mean of their ranks: 1, 2½, 2½, 4 and 1, 2, 3, 4.
  @Test func spearmanOfTies() throws {
    let scores = ValueScores(ValuePredictions(outputs: [0, 5, 5, 9], targets: [1, 2, 30, 31]))
    let expected = 4.5 / (4.5 * 5.0).squareRoot()
    #expect(abs(try #require(scores.values["spearman"]) - expected) < 1e-15)
  }

  /// The mean of 0.1, 0.1, … is not 0.1, and what is left of the differences is no correlation.
  @Test(arguments: [2, 3, 6, 7, 10, 49]) func constantsCorrelateWithNothing(count: Int) {
    let constant = [Double](repeating: 0.1, count: count)
    let rising = (0..<count).map(Double.init)
    for (outputs, targets) in [(constant, rising), (rising, constant), (constant, constant)] {
      let scores = ValueScores(ValuePredictions(outputs: outputs, targets: targets))
      #expect(scores[.pearson] == 0 && scores.values["spearman"] == 0)
    }
  }

  /// Numbers that are none end, too, and what is broken in one target is not mended by another.
  @Test func regressionOfNumbersThatAreNone() {
    let scores = ValueScores(
      ValuePredictions(
        outputs: [.nan, 1, .nan, 2], targets: [1, 1, 2, 2], count: 2, isSentiment: true))
    #expect(scores[.loss].isNaN && scores.perTarget[1]["loss"] == 0)
    let labels = LabelScores(
      LabelPredictions(logits: [.nan, .nan], labels: [true, false], count: 1))
    #expect(labels[.loss].isNaN)
  }

  /// Rows of samples, not of targets.
  @Test func columnsAreTargets() {
    let scores = ValueScores(
      ValuePredictions(outputs: [0, 10, 1, 20], targets: [0, 11, 1, 23], count: 2))
    #expect(scores.perTarget.map { $0["mae"] } == [0, 2] && scores[.meanAbsoluteError] == 1)
    let labels = LabelScores(
      LabelPredictions(
        logits: [1, -1, 1, -1], labels: [true, true, true, true], count: 2,
        isKnown: [true, true, false, true]))
    #expect(labels.labels.map(\.f1) == [1, 0] && labels.labels.map(\.present) == [1, 2])
  }

  /// Large products of counts: a million samples of two classes.
  @Test func agreementOfManySamples() {
    let half = 2_000_000
    let matrix = ConfusionMatrix(
      classes: 2,
      cells: [
        .init(label: 0, prediction: 0, count: half), .init(label: 0, prediction: 1, count: half),
        .init(label: 1, prediction: 1, count: 2 * half),
      ])
    #expect(abs(matrix.cohenKappa - 0.5) < 1e-15)
    #expect(abs(matrix.matthewsCorrelation - 1 / 3.0.squareRoot()) < 1e-15)
    #expect(matrix.balancedAccuracy == 0.75)
    let never = ConfusionMatrix(labels: [0, 1], predictions: [1, 0], classes: 2)
    #expect(never.matthewsCorrelation == -1 && never.cohenKappa == -1)
  }
}
