// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Predictions beside what is right: what scores are computed from.
struct ScoredPredictions {
  /// The class of each sample.
  let labels: [Int]
  /// The class that each sample is taken for: the first with the largest logit.
  let predictions: [Int]
  /// Row by row, one row of `classes` softmax probabilities for each sample.
  let probabilities: [Float]
  /// The number of classes.
  let classes: Int
  /// Counts by label and prediction.
  let confusion: ConfusionMatrix
  /// The mean cross-entropy, natural logarithm; 0 without samples.
  let loss: Double

  /// Predictions by logits on the host.
  ///
  /// - Parameters:
  ///   - logits: row by row, `classes` numbers for each sample; finite.
  ///   - labels: the class of each sample.
  ///   - classes: the number of classes.
  init(logits: [Float], labels: [Int], classes: Int) {
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
    self.loss = labels.isEmpty ? 0 : loss / Double(labels.count)
    (self.labels, self.classes) = (labels, classes)
    (self.predictions, self.probabilities) = (predictions, probabilities)
  }

  /// The mean over the classes that occur of average precision.
  var meanAveragePrecision: Double {
    AveragePrecision.mean(probabilities: probabilities, labels: labels, classes: classes)
  }

  /// How likely each sample's predicted class is said to be.
  var confidences: [Double] {
    predictions.indices.map { Double(probabilities[$0 * classes + predictions[$0]]) }
  }
}
