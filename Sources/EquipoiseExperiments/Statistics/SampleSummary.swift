// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Mean and standard deviation of a score over seeds.
public struct SampleSummary: Codable, Equatable, Sendable {
  /// How many values there are.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Their standard deviation with n − 1 in the denominator; `nil` for one value.
  public let deviation: Double?

  /// The summary of some values; `nil` for none.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    count = values.count
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
  }

  /// Whether the values are all the same but for rounding, so that no test can divide by their
  /// spread.
  var isConstant: Bool { (deviation ?? 0) <= 1e-12 * max(1, abs(mean)) }
}
