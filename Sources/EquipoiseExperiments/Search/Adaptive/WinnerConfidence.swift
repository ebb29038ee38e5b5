// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How sure it is that the winner of a search is better than the trials beside it.
public struct WinnerConfidence: Codable, Equatable, Sendable {
  /// The share of resamples of the seeds in which its mean is the largest; nil for one seed.
  public let share: Double?
  /// The name of the next best trial; nil where there is none with all epochs.
  public let next: String?
  /// How much better the winner's mean is, and where that difference may lie.
  public let lead: Double?
  /// The bootstrap interval of that difference; nil for one seed.
  public let interval: ConfidenceInterval?

  /// Draws of the seeds.
  static let resamples = 2000

  /// Compares trials that have every seed at the last epoch.
  ///
  /// - Parameters:
  ///   - winner: the name of the best.
  ///   - scores: of each trial by its name, the seeds in one order.
  init?(of winner: String, _ scores: [(name: String, scores: [Double])]) {
    guard let own = scores.first(where: { $0.name == winner })?.scores, !own.isEmpty else {
      return nil
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let others = scores.filter { $0.name != winner }
    let best = others.enumerated().max {
      (mean($0.element.scores), $1.offset) < (mean($1.element.scores), $0.offset)
    }?.element
    next = best?.name
    lead = best.map { mean(own) - mean($0.scores) }
    interval = best.flatMap { best in
      ConfidenceInterval(bootstrapping: zip(own, best.scores).map { $0 - $1 })
    }
    guard own.count > 1, !others.isEmpty else {
      share = nil
      return
    }
    var stream = RandomStream(seed: 0, "winner")
    let wins = (0..<Self.resamples).count { _ in
      let drawn = own.map { _ in stream.integer(below: own.count) }
      let level = drawn.reduce(0.0) { $0 + own[$1] }
      return others.allSatisfy { other in
        drawn.reduce(0.0) { $0 + other.scores[$1] } <= level + 1e-12
      }
    }
    share = Double(wins) / Double(Self.resamples)
  }
}
