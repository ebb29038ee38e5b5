// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The corrected resampled t-test of Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 52,
/// 2003: for differences over folds, whose training samples are mostly the same.
///
/// ```
/// t = mean(d) / √((1/n + 1/(K − 1)) s²),   n − 1 degrees of freedom
/// ```
/// d are the differences of n of K folds, each the mean over the seeds that were trained on it, s² their variance, and
/// 1 / (K − 1) is the size of a fold by that of what is trained on.
struct CorrectedTTest {
  /// The two-sided p; nil where all differences are the same: then t is not defined.
  let p: Double?
  /// Where the mean may lie, with 95 % confidence.
  let interval: ConfidenceInterval

  /// The test of differences; `nil` for fewer than two.
  ///
  /// - Parameters:
  ///   - differences: one for each fold.
  ///   - folds: K, the number of folds that the samples were dealt into.
  init?(_ differences: [Double], folds: Int) {
    guard let summary = SampleSummary(differences), let deviation = summary.deviation, folds > 1
    else { return nil }
    let error =
      deviation * (1 / Double(summary.count) + 1 / Double(folds - 1)).squareRoot()
    let degrees = Double(summary.count - 1)
    p = summary.isConstant ? nil : PairedTTest.tail(summary.mean / error, degrees: degrees)
    let reach = PairedTTest.quantile(degrees: degrees) * error
    interval = ConfidenceInterval(lower: summary.mean - reach, upper: summary.mean + reach)
  }
}
