// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseMetrics
import Foundation
import Testing

/// Numbers worked out by hand, and those that References/metrics.py prints (scikit-learn).
struct ClassificationScoresTests {
  /// Rows are labels: class 0 is right twice of three, class 1 once of two, class 2 never.
  private let matrix = ConfusionMatrix(
    labels: [0, 0, 0, 1, 1, 2], predictions: [0, 0, 1, 1, 0, 0], classes: 4)

  @Test func countsAndAccuracy() {
    #expect(
      matrix.counts == [[2, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    #expect(matrix.total == 6)
    #expect(matrix.accuracy == 0.5)
    #expect(matrix.recalls == [2.0 / 3, 0.5, 0, 0])
  }

  @Test func f1CountsAnAbsentClassAsZero() {
    // Class 0: 2·2 / (3 + 4); class 1: 2·1 / (2 + 2); class 2 never predicted; class 3 absent.
    #expect(matrix.f1Scores == [4.0 / 7, 0.5, 0, 0])
    #expect(abs(matrix.macroF1 - (4.0 / 7 + 0.5) / 4) < 1e-15)
    #expect(abs(matrix.weightedF1 - (4.0 / 7 * 3 + 0.5 * 2) / 6) < 1e-15)
  }

  /// Of equal logits the first counts, as PyTorch's argmax takes it.
  @Test func theFirstOfEqualLogitsIsPredicted() {
    let scores = ClassificationScores(logits: [1, 1, 0, 2, 3, 3], labels: [0, 1], classes: 3)
    #expect(scores.confusion.counts == [[1, 0, 0], [0, 1, 0], [0, 0, 0]])
  }

  @Test func noSamples() {
    let empty = ConfusionMatrix(classes: 2)
    #expect(empty.accuracy == 0)
    #expect(empty.macroF1 == 0)
    #expect(empty.weightedF1 == 0)
  }

  @Test func averagePrecisionByHand() {
    // Best first: hit, miss, hit → (1/1 + 2/3) / 2.
    let area = AveragePrecision.of(scores: [0.9, 0.8, 0.7], isPositive: [true, false, true])
    #expect(abs((area ?? 0) - 5.0 / 6) < 1e-12)
    #expect(AveragePrecision.of(scores: [0.5], isPositive: [false]) == nil)
  }

  /// Class 2 never occurs and has no precision: the mean is over the other two, each ½.
  @Test func theMeanLeavesOutAnAbsentClass() {
    let probabilities: [Float] = [0.6, 0.3, 0.1, 0.7, 0.2, 0.1]
    let mean = AveragePrecision.mean(probabilities: probabilities, labels: [0, 1], classes: 3)
    #expect(mean == 0.5)
    #expect(AveragePrecision.mean(probabilities: [], labels: [], classes: 3) == 0)
  }

  /// Two thresholds: 0.9 for a hit, then 0.5 for two misses and a hit → ½ · 1 + ½ · 2/4.
  @Test func aThresholdOfSeveralSamplesCountsWhole() {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
      let area = AveragePrecision.of(
        scores: order.map { [0.9, 0.5, 0.5, 0.5][$0] },
        isPositive: order.map { [true, false, true, false][$0] })
      #expect(area == 0.75)
    }
  }

  @Test func equalScoresAreOneThreshold() {
    let forward = AveragePrecision.of(scores: [0.5, 0.5], isPositive: [true, false])
    let backward = AveragePrecision.of(scores: [0.5, 0.5], isPositive: [false, true])
    #expect(forward == 0.5)
    #expect(backward == 0.5)
  }

  /// Sorting a class's own scores gives the bits that sorting all scores gives, ties included.
  @Test func theMeanIsThatOfTheClassesOneByOne() {
    var stream = RandomStream(seed: 3, "average precision")
    let (samples, classes) = (200, 17)
    let labels = (0..<samples).map { _ in stream.integer(below: classes - 1) }
    // Twelve different scores: most are ties.
    let scores = (0..<samples * classes).map { _ in Float(stream.integer(below: 12)) / 11 }
    let areas = (0..<classes).compactMap { label in
      AveragePrecision.of(
        scores: labels.indices.map { scores[$0 * classes + label] },
        isPositive: labels.map { $0 == label })
    }
    #expect(areas.count == classes - 1)
    #expect(
      AveragePrecision.mean(probabilities: scores, labels: labels, classes: classes)
        == areas.reduce(0, +) / Double(areas.count))
    let broken = [Float](repeating: .nan, count: samples * classes)
    _ = AveragePrecision.mean(probabilities: broken, labels: labels, classes: classes)
  }

  /// Training that has diverged still ends with an error instead of not ending.
  @Test func scoresThatAreNotNumbersEnd() {
    #expect(
      AveragePrecision.of(scores: [.nan, 0.5, .nan], isPositive: [true, false, true]) != nil)
  }

  /// References/metrics.py: 8 samples, 3 classes.
  @Test func againstScikitLearn() {
    let logits: [Float] = [
      2, 0.5, -1, 0.1, 1.2, 0.3, -0.5, 0.2, 0.9, 1.5, 1.4, 0, -1, 2, 0.5, 0.3, 0.2, 0.1, 0, -2, 1,
      0.7, 0.8, 0.65,
    ]
    let scores = ClassificationScores(
      logits: logits, labels: [0, 1, 2, 1, 1, 2, 2, 0], classes: 3)
    #expect(scores[.accuracy] == 0.625)
    #expect(abs(scores[.macroF1] - 0.6222222222222222) < 1e-12)
    #expect(abs((scores.values["weightedF1"] ?? 0) - 0.65) < 1e-12)
    #expect(abs((scores.values["meanAveragePrecision"] ?? 0) - 0.8888888888888888) < 1e-6)
    #expect(abs(scores[.loss] - 0.6394073551034357) < 1e-6)
  }

  private func calibrationError(
    _ confidences: [(probability: Double, isRight: Bool)]
  ) throws -> Double {
    // Of two classes the first has the larger probability, above a half.
    let logits = confidences.flatMap { [Float(log($0.probability / (1 - $0.probability))), 0] }
    let scores = ClassificationScores(
      logits: logits, labels: confidences.map { $0.isRight ? 0 : 1 }, classes: 2)
    return try #require(scores.values["expectedCalibrationError"])
  }

  /// Bins end at fifteenths: 0.7 lies in (10/15, 11/15], 0.9 in (13/15, 14/15], 0.95 in (14/15, 1].
  @Test func calibrationErrorByHand() throws {
    // One bin: |3 − 4 · 0.9| / 4.
    let one = try calibrationError([(0.9, true), (0.9, true), (0.9, true), (0.9, false)])
    #expect(abs(one - 0.15) < 1e-6)
    // Two bins: (|2 − 2 · 0.7| + |0 − 2 · 0.9|) / 4. Together it would be |2 − 3.2| / 4.
    let two = try calibrationError([(0.7, true), (0.7, true), (0.9, false), (0.9, false)])
    #expect(abs(two - 0.6) < 1e-6)
    // A bin's probabilities differ: |1 − 0.68 − 0.72| / 2, and neighbours do not: (0.1 + 0.95) / 2.
    #expect(abs(try calibrationError([(0.68, true), (0.72, false)]) - 0.2) < 1e-6)
    #expect(abs(try calibrationError([(0.9, true), (0.95, false)]) - 0.525) < 1e-6)
    // A half, of equal logits, and certainty.
    #expect(abs(try calibrationError([(0.5, true)]) - 0.5) < 1e-6)
    #expect(abs(try calibrationError([(1 - 1e-9, true)])) < 1e-6)
    #expect(try calibrationError([]) == 0)
  }

  @Test func scoresOfNumbersThatAreNoneEnd() {
    let scores = ClassificationScores(logits: [.nan, .nan], labels: [0], classes: 2)
    // Less the top-5 accuracy of two classes and the AUROC of one sample.
    #expect(scores.values.count == Score.all(of: .classification).count - 2)
  }
}
