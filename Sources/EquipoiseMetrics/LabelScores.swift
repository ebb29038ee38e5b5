// SPDX-License-Identifier: Apache-2.0

/// The scores of one set of predictions of several labels.
public struct LabelScores: Equatable, Sendable {
  /// One label's own scores.
  public struct Label: Equatable, Sendable {
    /// How often it is there, of what is known.
    public let present: Int
    /// F1; 0 where it is neither there nor predicted.
    public let f1: Double
    /// Average precision; `nil` where it is never there.
    public let averagePrecision: Double?
    /// The area under the receiver operating characteristic; `nil` unless it is sometimes there and sometimes not.
    public let auroc: Double?
  }

  /// The number of samples.
  public let samples: Int
  /// Every score of multilabel by its name; those that say nothing about these predictions are absent, such as the
  /// AUROC where no label is ever there.
  public let values: [String: Double]
  /// Each label's own, in their order.
  public let labels: [Label]

  /// A score; not a number where it is absent.
  public subscript(score: Score) -> Double { values[score.name] ?? .nan }

  /// Scores predictions.
  public init(_ predictions: LabelPredictions) {
    samples = predictions.samples
    values = Dictionary(
      uniqueKeysWithValues: Score.all.compactMap { score in
        score.value(of: predictions).map { (score.name, $0) }
      })
    labels = zip(predictions.columns, predictions.counts).map { column, counts in
      Label(
        present: counts.present, f1: counts.f1, averagePrecision: column.averagePrecision,
        auroc: column.auroc)
    }
  }
}
