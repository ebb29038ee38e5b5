// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseMetrics

/// What a model achieves on the samples of a split that have the same modalities.
public struct PatternReport: Equatable, Sendable {
  /// The number of samples.
  public let samples: Int
  /// The scores of the fused logits by the names of ``Score``, where these samples have them.
  public let scores: [String: Double]

  /// A score; `nil` where these samples have none, as they all are of one class.
  public subscript(score: Score) -> Double? { scores[score.name] }

  init(_ report: EvaluationReport) {
    samples = report.samples
    scores = report.scores.filter(\.value.isFinite)
  }

  /// What a set of modalities is called, such as `audio+visual`.
  ///
  /// - Parameters:
  ///   - set: a bit for each modality, the first one the lowest.
  ///   - modalities: their names in the model's order.
  /// - Returns: the names joined by `+`; of the empty set `none`.
  package static func name(of set: Int, _ modalities: [String]) -> String {
    let present = modalities.indices.filter { set & (1 << $0) != 0 }.map { modalities[$0] }
    return present.isEmpty ? "none" : present.joined(separator: "+")
  }
}

/// Scores stand beside the number of samples.
extension PatternReport: Codable {
  private static let samplesKey = AnyKey("samples")

  /// Reads a report.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    samples = try container.decode(Int.self, forKey: Self.samplesKey)
    scores = try container.allKeys.filter { $0.stringValue != Self.samplesKey.stringValue }
      .reduce(into: [:]) { $0[$1.stringValue] = try container.decode(Double.self, forKey: $1) }
  }

  /// Writes a report.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(samples, forKey: Self.samplesKey)
    for (name, value) in scores { try container.encode(value, forKey: AnyKey(name)) }
  }
}
