internal import EquipoiseKit

/// The scores of one set of predictions.
public struct ClassificationScores: Codable, Equatable, Sendable {
  /// The number of samples.
  public let samples: Int
  /// The mean cross-entropy, natural logarithm.
  public let loss: Double
  /// The share of correct predictions.
  public let accuracy: Double
  /// The mean of the classes' F1 scores.
  public let macroF1: Double
  /// The mean of the F1 scores weighted by class size.
  public let weightedF1: Double
  /// The mean over classes of average precision on softmax scores.
  public let meanAveragePrecision: Double
  /// The share of each class's samples that was predicted as such.
  public let perClassAccuracy: [Double]
  /// Counts by label and prediction.
  public let confusion: ConfusionMatrix

  /// Scores logits on the host.
  ///
  /// - Parameters:
  ///   - logits: row by row, `classes` numbers for each sample; finite.
  ///   - labels: the class of each sample.
  ///   - classes: the number of classes.
  public init(logits: [Float], labels: [Int], classes: Int) {
    precondition(logits.count == labels.count * classes, "one row of logits for each label")
    var probabilities = [Float](repeating: 0, count: logits.count)
    var predictions = [Int](repeating: 0, count: labels.count)
    var loss = 0.0
    for row in labels.indices {
      let range = row * classes..<(row + 1) * classes
      let softmax = Softmax(logits[range])
      predictions[row] = softmax.best
      loss -= softmax.logProbability(labels[row])
      for label in 0..<classes {
        probabilities[range.lowerBound + label] = Float(softmax.probability(label))
      }
    }
    confusion = ConfusionMatrix(labels: labels, predictions: predictions, classes: classes)
    samples = labels.count
    self.loss = labels.isEmpty ? 0 : loss / Double(labels.count)
    accuracy = confusion.accuracy
    macroF1 = confusion.macroF1
    weightedF1 = confusion.weightedF1
    perClassAccuracy = confusion.recalls
    meanAveragePrecision = AveragePrecision.mean(
      probabilities: probabilities, labels: labels, classes: classes)
  }
}
