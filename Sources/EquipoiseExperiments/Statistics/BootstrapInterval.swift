// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// An interval in which a mean may lie: by percentile bootstrap, the same for the same numbers on every machine, or of
/// given bounds.
public struct BootstrapInterval: Codable, Equatable, Sendable {
  /// The share of resamples between the bounds.
  public static let level = 0.95
  /// Resamples drawn.
  public static let resamples = 10_000

  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// Given bounds.
  init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

  /// The interval of the mean of some values; `nil` for fewer than two.
  public init?(meanOf values: [Double]) {
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
