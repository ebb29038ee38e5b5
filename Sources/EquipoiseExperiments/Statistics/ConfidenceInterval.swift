// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// An interval in which a mean lies with 95 % confidence.
public struct ConfidenceInterval: Codable, Equatable, Sendable {
  /// How sure it is.
  public static let level = 0.95

  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// The interval between bounds that a test gives.
  init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }
}

/// By percentile bootstrap, the same for the same numbers on every machine.
extension ConfidenceInterval {
  /// Resamples drawn.
  public static let resamples = 10_000

  /// The bootstrap interval of the mean of some values; `nil` for fewer than two.
  public init?(bootstrapping values: [Double]) {
    guard values.count > 1 else { return nil }
    var stream = RandomStream(seed: 0, "bootstrap")
    let count = values.count
    let means = (0..<Self.resamples).map { _ in
      (0..<count).reduce(0.0) { sum, _ in sum + values[stream.integer(below: count)] }
        / Double(count)
    }.sorted()
    lower = Self.quantile((1 - Self.level) / 2, of: means)
    upper = Self.quantile((1 + Self.level) / 2, of: means)
  }

  /// Linear between the two nearest of the sorted values.
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let index = min(Int(position), sorted.count - 2)
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
