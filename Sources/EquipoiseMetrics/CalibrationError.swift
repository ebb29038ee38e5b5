// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How far the probabilities of predicted classes are from how often the predictions are right.
enum CalibrationError {
  /// Bins of equal width, as in Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
  static let bins = 15

  /// The expected calibration error: Σ_b |B_b|/N · |acc(B_b) − conf(B_b)| over bins ((b − 1)/15, b/15] of the
  /// predicted class's probability.
  ///
  /// - Parameter predictions: any; 0 without samples.
  /// - Returns: a number in 0...1.
  static func expected(_ predictions: ScoredPredictions) -> Double {
    // |B| (acc − conf) is hits less confidences.
    var gaps = [Double](repeating: 0, count: bins)
    for (row, confidence) in predictions.confidences.enumerated() where confidence.isFinite {
      let bin = min(bins, max(1, Int((confidence * Double(bins)).rounded(.up)))) - 1
      gaps[bin] += (predictions.predictions[row] == predictions.labels[row] ? 1 : 0) - confidence
    }
    return gaps.reduce(0) { $0 + abs($1) } / Double(max(1, predictions.labels.count))
  }
}
