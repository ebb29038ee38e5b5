// SPDX-License-Identifier: Apache-2.0

/// Predictions of numbers beside what is right: what scores of regression are computed from.
public struct ValuePredictions: Sendable {
  /// The number of samples.
  let samples: Int
  /// By target.
  let targets: [TargetPredictions]

  /// Predictions on the host.
  ///
  /// - Parameters:
  ///   - outputs: [N, T], row by row; finite.
  ///   - targets: [N, T], row by row; finite.
  ///   - count: T.
  ///   - isSentiment: whether the targets are sentiment from −3 to 3, as those of CMU-MOSI and CMU-MOSEI are, which
  ///     has scores of its own.
  public init(outputs: [Double], targets: [Double], count: Int = 1, isSentiment: Bool = false) {
    precondition(
      count > 0 && outputs.count % count == 0 && targets.count == outputs.count,
      "rows of \(count) outputs, and as many targets")
    samples = outputs.count / count
    self.targets = (0..<count).map { target in
      func column(_ rows: [Double]) -> [Double] {
        stride(from: target, to: rows.count, by: count).map { rows[$0] }
      }
      return TargetPredictions(
        outputs: column(outputs), targets: column(targets), isSentiment: isSentiment)
    }
  }
}

/// The predictions of one target. Where outputs or targets are constant, which is whether all of them are equal and
/// not whether their variance is 0, as that of equal numbers may not be, correlations are 0.
struct TargetPredictions: Sendable {
  /// One number for each sample.
  let outputs: [Double]
  /// What is right.
  let targets: [Double]
  /// Whether the target is sentiment from −3 to 3.
  var isSentiment = false

  /// The mean of (y − t)²; 0 without samples.
  var meanSquaredError: Double { squaredError / Double(max(1, targets.count)) }

  /// The mean of |y − t|; 0 without samples.
  var meanAbsoluteError: Double {
    zip(outputs, targets).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, targets.count))
  }

  /// R², 1 − Σ (y − t)² / Σ (t − t̄)². Of constant targets it is 1 where the outputs equal them and 0 otherwise, as
  /// `r2_score` of scikit-learn has it.
  var determination: Double {
    guard !targets.isConstant else { return !targets.isEmpty && squaredError == 0 ? 1 : 0 }
    return 1 - squaredError / Moments(targets, targets).covariance
  }

  /// Pearson's correlation; 0 where either is constant.
  var pearson: Double { Self.correlation(outputs, targets) }

  /// Spearman's rank correlation, Pearson's of the ranks; equal numbers all have the mean of their ranks.
  var spearman: Double { Self.correlation(outputs.ranks, targets.ranks) }

  /// Lin's concordance correlation coefficient, 2 s₁₂ / (s₁² + s₂² + (ȳ − t̄)²), with the variances and covariance
  /// that divide by the number of samples (Lin, "A concordance correlation coefficient to evaluate reproducibility",
  /// Biometrics 1989). Of constant targets and outputs it is 1 where they are equal and 0 otherwise.
  var concordance: Double {
    if outputs.isConstant, targets.isConstant {
      return !targets.isEmpty && outputs == targets ? 1 : 0
    }
    let moments = Moments(outputs, targets)
    let distance = moments.means.0 - moments.means.1
    return 2 * moments.covariance
      / (moments.variances.0 + moments.variances.1 + Double(targets.count) * distance * distance)
  }

  /// The scores of sentiment; `nil` of other targets.
  var sentiment: SentimentPredictions? {
    isSentiment ? SentimentPredictions(outputs: outputs, targets: targets) : nil
  }

  private var squaredError: Double {
    zip(outputs, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    guard !a.isConstant, !b.isConstant else { return 0 }
    let moments = Moments(a, b)
    let correlation =
      moments.covariance / moments.variances.0.squareRoot() / moments.variances.1.squareRoot()
    return min(max(correlation, -1), 1)
  }
}

/// Sums of products of distances from the means, not divided by anything.
private struct Moments {
  let means: (Double, Double)
  let variances: (Double, Double)
  let covariance: Double

  init(_ a: [Double], _ b: [Double]) {
    let count = Double(max(1, a.count))
    let means = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (variances, covariance) = ((0.0, 0.0), 0.0)
    for (x, y) in zip(a, b) {
      let distances = (x - means.0, y - means.1)
      variances.0 += distances.0 * distances.0
      variances.1 += distances.1 * distances.1
      covariance += distances.0 * distances.1
    }
    (self.means, self.variances, self.covariance) = (means, variances, covariance)
  }
}

extension [Double] {
  /// Whether all are equal; so are none and one.
  fileprivate var isConstant: Bool { allSatisfy { $0 == self[0] } }

  /// The rank of each from 1; equal numbers all have the mean of their ranks.
  fileprivate var ranks: [Double] {
    let order = indices.sorted { self[$0] < self[$1] }
    var ranks = [Double](repeating: 0, count: count)
    var start = 0
    while start < count {
      // NaN equals nothing, not itself.
      var end = start + 1
      while end < count, self[order[end]] == self[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }
}
