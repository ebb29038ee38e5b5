// SPDX-License-Identifier: Apache-2.0

/// Predictions of sentiment from −3 to 3, scored as MMSA does for CMU-MOSI and CMU-MOSEI (github.com/thuiar/MMSA,
/// `src/MMSA/utils/metricsTop.py`, commit 177bc04), whose names stand in brackets. What it does:
///
/// - Two classes with zero, `Has0_acc_2` and `Has0_F1_score`: of all samples, whether output and target are ≥ 0.
/// - Two classes without zero, `Non0_acc_2` and `Non0_F1_score`: samples whose target is exactly 0 are left out, and of
///   the others it matters whether output and target are > 0: an output of 0 counts as negative.
/// - F1 is in both the mean of the two classes' F1 scores, weighted by how many targets each has.
/// - `Mult_acc_5` and `Mult_acc_7`: output and target are clipped to −2...2 and −3...3 and rounded to the nearest whole
///   number, halves to the even one (2.5 to 2, 0.5 to 0), and must be equal. No sample is left out.
///
/// MMSA rounds what it prints to four decimals, which is not done here.
struct SentimentPredictions {
  let outputs: [Double]
  let targets: [Double]

  /// Negative or not, of all samples.
  var hasZero: ConfusionMatrix {
    ConfusionMatrix(
      labels: targets.map { $0 >= 0 ? 1 : 0 }, predictions: outputs.map { $0 >= 0 ? 1 : 0 },
      classes: 2)
  }

  /// Positive or not, of the samples whose target is not 0. Without any its scores are 0.
  var nonZero: ConfusionMatrix {
    let rows = targets.indices.filter { targets[$0] != 0 }
    return ConfusionMatrix(
      labels: rows.map { targets[$0] > 0 ? 1 : 0 },
      predictions: rows.map { outputs[$0] > 0 ? 1 : 0 }, classes: 2)
  }

  /// The share of samples whose output and target are rounded to the same whole number from −limit to limit; 0
  /// without samples.
  func accuracy(within limit: Double) -> Double {
    func level(_ value: Double) -> Double {
      min(max(value, -limit), limit).rounded(.toNearestOrEven)
    }
    let right = zip(outputs, targets).count { level($0) == level($1) }
    return Double(right) / Double(max(1, targets.count))
  }
}
