/// Counts of predictions by true class, and the scores that follow from them.
public struct ConfusionMatrix: Codable, Equatable, Sendable {
  /// `counts[label][prediction]`.
  public private(set) var counts: [[Int]]

  /// An empty matrix of `classes` classes.
  public init(classes: Int) {
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// The matrix of predictions, both in `0..<classes`.
  public init(labels: [Int], predictions: [Int], classes: Int) {
    precondition(labels.count == predictions.count, "one prediction for each label")
    self.init(classes: classes)
    for (label, prediction) in zip(labels, predictions) { counts[label][prediction] += 1 }
  }

  /// The number of samples.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The share of samples whose class was predicted; 0 without samples.
  public var accuracy: Double {
    ratio(counts.indices.reduce(0) { $0 + counts[$1][$1] }, total)
  }

  /// The share of each class's samples that was predicted as such; 0 for a class without samples.
  public var recalls: [Double] { counts.indices.map { ratio(counts[$0][$0], support($0)) } }

  /// The F1 score of each class; 0 for a class that neither occurs nor is predicted.
  public var f1Scores: [Double] {
    counts.indices.map { ratio(2 * counts[$0][$0], support($0) + predicted($0)) }
  }

  /// The plain mean of the F1 scores over all classes: a class without
  /// samples and predictions counts as 0.
  public var macroF1: Double {
    counts.isEmpty ? 0 : f1Scores.reduce(0, +) / Double(counts.count)
  }

  /// The mean of the F1 scores weighted by the classes' numbers of samples.
  public var weightedF1: Double {
    guard total > 0 else { return 0 }
    let sum = zip(f1Scores, counts.indices).reduce(0) { $0 + $1.0 * Double(support($1.1)) }
    return sum / Double(total)
  }

  private func support(_ label: Int) -> Int { counts[label].reduce(0, +) }

  private func predicted(_ label: Int) -> Int { counts.reduce(0) { $0 + $1[label] } }
}

private func ratio(_ part: Int, _ whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
