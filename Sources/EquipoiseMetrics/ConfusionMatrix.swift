// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Counts of predictions by true class, and the scores that follow from them. What it takes grows with
/// the classes and the samples, not with the square of the classes.
public struct ConfusionMatrix: Equatable, Sendable {
  /// How often samples of a class were taken for a class.
  public struct Cell: Equatable, Sendable {
    /// The true class.
    public let label: Int
    /// The predicted class.
    public let prediction: Int
    /// The number of samples.
    public let count: Int
  }

  /// The number of classes.
  public let classes: Int
  /// The counts above 0, by label and then prediction.
  public let cells: [Cell]

  /// An empty matrix of `classes` classes.
  public init(classes: Int) { self.init(classes: classes, cells: []) }

  /// The matrix of predictions, both in `0..<classes`.
  public init(labels: [Int], predictions: [Int], classes: Int) {
    precondition(labels.count == predictions.count, "one prediction for each label")
    // One number for a pair: quicker to look up than two.
    var counts: [Int: Int] = [:]
    for (label, prediction) in zip(labels, predictions) {
      precondition(
        (0..<classes).contains(label) && (0..<classes).contains(prediction),
        "label \(label), prediction \(prediction) of \(classes) classes")
      counts[label * classes + prediction, default: 0] += 1
    }
    self.init(
      classes: classes,
      cells: counts.sorted { $0.key < $1.key }
        .map { Cell(label: $0.key / classes, prediction: $0.key % classes, count: $0.value) })
  }

  init(classes: Int, cells: [Cell]) { (self.classes, self.cells) = (classes, cells) }

  /// `counts[label][prediction]`, which takes memory for the square of the classes.
  public var counts: [[Int]] {
    var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for cell in cells { counts[cell.label][cell.prediction] = cell.count }
    return counts
  }

  /// The number of samples.
  public var total: Int { cells.reduce(0) { $0 + $1.count } }

  /// The share of samples whose class was predicted; 0 without samples.
  public var accuracy: Double { ratio(hits.reduce(0, +), total) }

  /// The share of each class's samples that was predicted as such; 0 for a class without samples.
  public var recalls: [Double] { zip(hits, support).map(ratio) }

  /// The mean of the recalls of the classes that occur; 0 without samples.
  public var balancedAccuracy: Double {
    let support = support
    let sum = zip(recalls, support).reduce(0) { $1.1 > 0 ? $0 + $1.0 : $0 }
    return sum / Double(max(1, support.count { $0 > 0 }))
  }

  /// The F1 score of each class; 0 for a class that neither occurs nor is predicted.
  public var f1Scores: [Double] {
    let (hits, support, predicted) = (hits, support, predicted)
    return (0..<classes).map { ratio(2 * hits[$0], support[$0] + predicted[$0]) }
  }

  /// The plain mean of the F1 scores over all classes: a class without samples and predictions counts as 0, as
  /// `f1_score(labels=range(classes), average="macro", zero_division=0)` of scikit-learn has it, which leaves out
  /// such classes unless `labels` names them.
  public var macroF1: Double {
    classes == 0 ? 0 : f1Scores.reduce(0, +) / Double(classes)
  }

  /// The mean of the F1 scores weighted by the classes' numbers of samples.
  public var weightedF1: Double {
    guard total > 0 else { return 0 }
    return zip(f1Scores, support).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total)
  }

  /// Matthews' correlation of labels and predictions for several classes (Gorodkin, "Comparing two K-category
  /// assignments by a K-category correlation coefficient", 2004), from −1 to 1; 0 where all samples are of one class
  /// or taken for one.
  public var matthewsCorrelation: Double {
    let (total, expected) = (total, products(support, predicted))
    let labels = Double(total * total - products(support, support))
    let predictions = Double(total * total - products(predicted, predicted))
    guard labels > 0, predictions > 0 else { return 0 }
    return Double(hits.reduce(0, +) * total - expected) / (labels * predictions).squareRoot()
  }

  /// Cohen's κ, how far accuracy is beyond that of chance, at most 1; 0 where all samples are of one class and taken
  /// for it.
  public var cohenKappa: Double {
    let (total, expected) = (total, products(support, predicted))
    guard total * total > expected else { return 0 }
    return Double(hits.reduce(0, +) * total - expected) / Double(total * total - expected)
  }

  private func products(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private var hits: [Int] { sums { $0.label == $0.prediction ? $0.label : nil } }

  /// The samples of each class.
  private var support: [Int] { sums(\.label) }

  /// How often each class was predicted.
  private var predicted: [Int] { sums(\.prediction) }

  private func sums(_ place: (Cell) -> Int?) -> [Int] {
    var sums = [Int](repeating: 0, count: classes)
    for cell in cells {
      if let place = place(cell) { sums[place] += cell.count }
    }
    return sums
  }
}

private func ratio(_ part: Int, _ whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
