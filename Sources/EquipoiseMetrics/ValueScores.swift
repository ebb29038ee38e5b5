// SPDX-License-Identifier: Apache-2.0

/// The scores of one set of predictions of numbers.
public struct ValueScores: Equatable, Sendable {
  /// The number of samples.
  public let samples: Int
  /// Every score of regression by its name, the mean over targets; those that say nothing about these predictions are
  /// absent, such as Acc-7 of what is not sentiment.
  public let values: [String: Double]
  /// The same of each target, in their order.
  public let perTarget: [[String: Double]]

  /// A score; not a number where it is absent.
  public subscript(score: Score) -> Double { values[score.name] ?? .nan }

  /// Scores predictions.
  public init(_ predictions: ValuePredictions) {
    samples = predictions.samples
    let own = predictions.targets.map { target in
      Dictionary(
        uniqueKeysWithValues: Score.all.compactMap { score in
          score.value(of: target).map { (score.name, $0) }
        })
    }
    perTarget = own
    values = Dictionary(
      uniqueKeysWithValues: Score.all.compactMap { score in
        let values = own.compactMap { $0[score.name] }
        return values.isEmpty ? nil : (score.name, values.reduce(0, +) / Double(values.count))
      })
  }
}
