// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The scores of one set of predictions.
public struct ClassificationScores: Equatable, Sendable {
  /// The number of samples.
  public let samples: Int
  /// Every score of classification by its name; those that say nothing about these predictions are absent, such as
  /// the top-5 accuracy of three classes.
  public let values: [String: Double]
  /// The share of each class's samples that was predicted as such.
  public let perClassAccuracy: [Double]
  /// Counts by label and prediction.
  public let confusion: ConfusionMatrix

  /// A score; not a number where it is absent.
  public subscript(score: Score) -> Double { values[score.name] ?? .nan }

  /// Scores logits on the host.
  ///
  /// - Parameters:
  ///   - logits: row by row, `classes` numbers for each sample; finite.
  ///   - labels: the class of each sample.
  ///   - classes: the number of classes.
  public init(logits: [Float], labels: [Int], classes: Int) {
    let predictions = ScoredPredictions(logits: logits, labels: labels, classes: classes)
    samples = labels.count
    values = Dictionary(
      uniqueKeysWithValues: Score.all.compactMap { score in
        score.value(of: predictions).map { (score.name, $0) }
      })
    perClassAccuracy = predictions.confusion.recalls
    confusion = predictions.confusion
  }
}
