// SPDX-License-Identifier: Apache-2.0
/// What a model's score is while one modality is missing or noisy.
public struct RobustnessReport: Codable, Equatable, Sendable {
  /// The name of the score: the one by which modalities of the task are told apart.
  public let score: String
  /// The seed that decides which samples lack what, and the noise.
  public let seed: Int
  /// The score over the share of samples that lack the modality, by modality.
  public let missing: [String: RobustnessCurve]
  /// The score over the deviation of the normal noise that is added to the modality's normalised input, by modality.
  public let noise: [String: RobustnessCurve]
}

/// A score over levels of one disturbance.
public struct RobustnessCurve: Codable, Equatable, Sendable {
  /// The levels, from 0 on.
  public let levels: [Double]
  /// The score at each level.
  public let scores: [Double]
  /// The area under the curve over the span of the levels: the score's mean height by the trapezoidal rule.
  public let area: Double

  init(_ levels: [Double], _ scores: [Double]) {
    (self.levels, self.scores) = (levels, scores)
    let heights = zip(zip(levels, levels.dropFirst()), zip(scores, scores.dropFirst()))
    let total = heights.reduce(0) { $0 + ($1.0.1 - $1.0.0) * ($1.1.0 + $1.1.1) / 2 }
    let span = (levels.last ?? 0) - (levels.first ?? 0)
    area = span > 0 ? total / span : scores.first ?? 0
  }
}
