// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The one-cycle policy (Smith and Topin, 2019): the learning rate rises from a part of its maximum, and falls far below
/// where it began. As PyTorch's `OneCycleLR`, which counts steps.
///
/// ```
/// η_first = η_max / divisor;   η_last = η_first / finalDivisor
/// two phases    η_first → η_max up to step pN − 1;   → η_last at step N − 1
/// three phases  η_first → η_max up to step pN − 1;   → η_first at step 2pN − 2;   → η_last at step N − 1
/// ```
///
/// Between the ends of a phase the rate follows half a cosine or a line.
public struct OneCycle: Sendable, Hashable {
  /// p, the share of the steps in which the rate rises.
  public var rise: Double
  /// The maximum divided by the first rate.
  public var divisor: Double
  /// The first rate divided by the last.
  public var finalDivisor: Double
  /// Whether the rate follows lines instead of cosines.
  public var isLinear: Bool
  /// Whether it falls as long as it rose, down to the first rate, and only then to the last.
  public var hasThreePhases: Bool

  /// A cycle, with PyTorch's defaults.
  public init(
    rise: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 1e4, isLinear: Bool = false,
    hasThreePhases: Bool = false
  ) {
    (self.rise, self.divisor, self.finalDivisor) = (rise, divisor, finalDivisor)
    (self.isLinear, self.hasThreePhases) = (isLinear, hasThreePhases)
  }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - maximum: η_max.
  ///   - step: from 0.
  ///   - steps: N.
  /// - Returns: η.
  public func rate(maximum: Double, at step: Int, of steps: Int) -> Double {
    let first = maximum / divisor
    let last = first / finalDivisor
    let risen = rise * Double(steps) - 1
    let fallen = 2 * rise * Double(steps) - 2
    let ends: [(step: Double, rate: Double)] =
      [(risen, maximum)] + (hasThreePhases ? [(fallen, first)] : []) + [(Double(steps - 1), last)]
    var start: (step: Double, rate: Double) = (0, first)
    for end in ends.dropLast() {
      if Double(step) <= end.step { return between(start, end, Double(step)) }
      start = end
    }
    return between(start, ends[ends.count - 1], Double(step))
  }

  private func between(
    _ start: (step: Double, rate: Double), _ end: (step: Double, rate: Double), _ step: Double
  ) -> Double {
    // A phase without length is at its end.
    let share = end.step > start.step ? min(1, (step - start.step) / (end.step - start.step)) : 1
    guard !isLinear else { return start.rate + (end.rate - start.rate) * share }
    return end.rate + (start.rate - end.rate) / 2 * (1 + cos(Double.pi * share))
  }
}
