// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Random changes of the speed at which time goes by, as tsaug's `TimeWarp`.
public struct TimeWarpConfiguration: ConfigurationSection, RangeChecking {
  /// How likely a sample is warped; 0 never, 1 always.
  public var probability = 0.0
  /// How often the speed changes within a sample.
  public var speedChanges = 3
  /// The highest speed divided by the lowest.
  public var maximumSpeedRatio = 3.0

  /// The defaults, which never warp.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("probability", probability, .within(0...1))
    try path.check("speedChanges", speedChanges, .within(1...1000))
    try path.check("maximumSpeedRatio", maximumSpeedRatio, .above(1))
  }
}

/// The first and the last valid step stay in their places, and all channels are warped alike.
struct TimeWarp: NumberChange {
  static let name = "time warp"
  let configuration: TimeWarpConfiguration

  func apply(to sample: inout SampleNumbers, _ stream: inout RandomStream) {
    guard stream.happens(withProbability: configuration.probability),
      sample.grid.duration > 1
    else { return }
    let draws = (0...configuration.speedChanges).map { _ in stream.uniform() }
    let positions = Self.positions(
      draws, ratio: configuration.maximumSpeedRatio, steps: sample.grid.duration)
    Self.resample(&sample, at: positions)
  }

  /// From which place, in steps, each step of the result comes.
  ///
  /// - Parameters:
  ///   - draws: numbers from 0 to 1, one for each piece of equal length.
  ///   - ratio: the highest speed divided by the lowest.
  ///   - steps: of the sample, two at least.
  /// - Returns: one place for each step.
  static func positions(_ draws: [Double], ratio: Double, steps: Int) -> [Double] {
    let (low, high) = (draws.min() ?? 0, draws.max() ?? 0)
    let speeds = draws.map { $0 - (high - ratio * low) / (1 - ratio) }
    let total = speeds.reduce(0, +)
    let last = Double(steps - 1)
    // Of equal draws every speed is 0 where they are 0, too: time goes by as it did.
    guard total > 0 else { return (0..<steps).map(Double.init) }
    var passed = [0.0]
    for speed in speeds { passed.append(passed[passed.count - 1] + speed / total * last) }
    let curve = MonotoneCubic(passed, spacing: last / Double(draws.count))
    return (0..<steps).map { min(last, max(0, curve(Double($0)))) }
  }

  /// Linear interpolation along time.
  static func resample(_ sample: inout SampleNumbers, at positions: [Double]) {
    let grid = sample.grid
    let stride = grid.time == .rows ? grid.columns : 1
    let lines =
      grid.time == .rows
      ? (0..<grid.planes * grid.columns).map {
        $0 / grid.columns * grid.rows * grid.columns + $0 % grid.columns
      }
      : (0..<grid.planes * grid.rows).map { $0 * grid.columns }
    let source = sample.values
    for (step, position) in positions.enumerated() {
      let first = min(positions.count - 2, Int(position))
      let weight = Float(position - Double(first))
      for line in lines {
        sample.values[line + step * stride] =
          source[line + first * stride] * (1 - weight)
          + source[line + (first + 1) * stride] * weight
      }
    }
  }
}
