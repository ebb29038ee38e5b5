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
  /// The mean of Σₖ (pₖ − 1[k is the class])², from 0 to 2; 0 without samples.
  let brier: Double
  /// The share of samples whose class is among the five with the largest logits, of which the first count where
  /// some are equal; `nil` of at most five classes, where it is always 1.
  let top5Accuracy: Double?

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
    var (loss, brier, amongFive) = (0.0, 0.0, 0)
    for row in labels.indices {
      let range = row * classes..<(row + 1) * classes
      let softmax = Softmax(logits[range])
      predictions[row] = softmax.best
      loss -= softmax.logProbability(labels[row])
      for label in 0..<classes {
        let probability = softmax.probability(label)
        probabilities[range.lowerBound + label] = Float(probability)
        let distance = probability - (label == labels[row] ? 1 : 0)
        brier += distance * distance
      }
      if classes > 5, Self.rank(of: labels[row], in: logits[range]) < 5 { amongFive += 1 }
    }
    confusion = ConfusionMatrix(labels: labels, predictions: predictions, classes: classes)
    let samples = Double(max(1, labels.count))
    (self.loss, self.brier) = (loss / samples, brier / samples)
    top5Accuracy = classes > 5 ? Double(amongFive) / samples : nil
    (self.labels, self.classes) = (labels, classes)
    (self.predictions, self.probabilities) = (predictions, probabilities)
  }

  /// The mean over the classes that occur of average precision.
  var meanAveragePrecision: Double {
    AveragePrecision.mean(probabilities: probabilities, labels: labels, classes: classes)
  }

  /// How many logits of a row are before that of a class: the larger ones, and those as large that come first.
  private static func rank(of label: Int, in row: ArraySlice<Float>) -> Int {
    let place = row.startIndex + label
    return row.indices.count { row[$0] > row[place] || $0 < place && row[$0] == row[place] }
  }

  /// The mean of the areas of each class that occurs against the rest; `nil` unless two classes occur.
  var meanAUROC: Double? {
    AUROC.mean(probabilities: probabilities, labels: labels, classes: classes)
  }

  /// How likely each sample's predicted class is said to be.
  var confidences: [Double] {
    predictions.indices.map { Double(probabilities[$0 * classes + predictions[$0]]) }
  }
}
