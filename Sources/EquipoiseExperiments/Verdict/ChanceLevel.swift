// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels
internal import EquipoiseTraining

/// What a measure is for predictions that know nothing of the sample.
struct ChanceLevel {
  /// The measure itself.
  let value: Double
  /// Chance reaches more than this in one of twenty splits of this size.
  private let reach: Double

  /// The level of a split: of classification the share of its largest class, which whoever always names it gets; of
  /// several labels the mean share of samples that have a label, the average precision of any order that knows nothing;
  /// of a regression no correlation. `nil` where the split's numbers do not tell.
  ///
  /// - Parameters:
  ///   - report: the split's scores.
  ///   - confusion: what stands for the report's own confusion matrix, which a saved report does not hold.
  init?(of report: EvaluationReport, confusion: ConfusionMatrix?) {
    let samples = Double(report.samples)
    guard samples > 3 else { return nil }
    // The 95 % point of the standard normal distribution.
    let oneSided = 1.645
    switch report.task {
    case .classification:
      guard !report.perClassAccuracy.isEmpty else { return nil }
      value =
        (report.confusion ?? confusion)?.largestShare ?? 1 / Double(report.perClassAccuracy.count)
      reach = value + oneSided * (value * (1 - value) / samples).squareRoot()
    case .multilabel:
      let shares = report.perOutput.compactMap { $0["present"].map { $0 / samples } }
      guard !shares.isEmpty else { return nil }
      value = shares.reduce(0, +) / Double(shares.count)
      // The mean over labels varies less than one label, whose spread this is.
      reach = value + oneSided * (value * (1 - value) / samples).squareRoot()
    case .regression:
      value = 0
      reach = oneSided / (samples - 1).squareRoot()
    }
  }

  /// Whether a measure is no better.
  func explains(_ measured: Double) -> Bool { measured <= reach }
}

/// How far two measures of the same samples lie apart by the choice of the samples alone.
enum SamplingNoise {
  /// What 95 % of differences between equal models do not exceed, taken as if the two had different samples, which is
  /// more than it is.
  static func reach(of one: Double, _ other: Double, _ score: Score, samples: Int) -> Double {
    let count = Double(max(samples, 4))
    // Fisher's z has variance 1 / (n − 3), and dr = (1 − r²) dz.
    func variance(_ value: Double) -> Double {
      score.unit == .share
        ? value * (1 - value) / count : (1 - value * value) * (1 - value * value) / (count - 3)
    }
    return 1.96 * max(0, variance(one) + variance(other)).squareRoot()
  }
}

extension ConfusionMatrix {
  /// The share of samples of the largest class; `nil` without samples.
  fileprivate var largestShare: Double? {
    var counts: [Int: Int] = [:]
    for cell in cells { counts[cell.label, default: 0] += cell.count }
    let all = counts.values.reduce(0, +)
    return counts.values.max().flatMap { all > 0 ? Double($0) / Double(all) : nil }
  }
}
