// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// Draws points like those that did well and unlike the others: the tree-structured Parzen estimator (J. Bergstra,
/// R. Bardenet, Y. Bengio, B. Kégl, "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011), each dimension for itself.
///
/// l is the density of the best quarter of the points and g that of the others; of ``candidates`` draws from l that with
/// the largest l / g is taken. Points that have no score yet count among the others, so that a batch spreads.
struct ParzenSampler {
  /// Draws of each dimension.
  static let candidates = 24
  /// The share of the points that count as good.
  static let good = 0.25

  let dimensions: [SearchDimension]

  /// New points.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - observed: points in the order of ``dimensions`` with their scores, larger is better; nil where it has none.
  ///   - stream: of the draws.
  /// - Returns: points that are not among `observed`, fewer where there are no more to be found.
  func points(
    _ count: Int, after observed: [(point: [String], score: Double?)],
    _ stream: inout RandomStream
  ) -> [[String]] {
    var all = observed
    var found: [[String]] = []
    while found.count < count {
      guard let point = point(after: all, &stream) else { break }
      found.append(point)
      all.append((point, nil))
    }
    return found
  }

  private func point(
    after observed: [(point: [String], score: Double?)], _ stream: inout RandomStream
  ) -> [String]? {
    let ranked = observed.enumerated().sorted {
      ($1.element.score ?? -.infinity, $0.offset) < ($0.element.score ?? -.infinity, $1.offset)
    }
    let scored = observed.count { $0.score != nil }
    let best = min(scored, Int((Self.good * Double(observed.count)).rounded(.up)))
    let (goodPoints, otherPoints) = (
      ranked[..<best].map(\.element.point), ranked[best...].map(\.element.point)
    )
    let taken = Set(observed.map(\.point))
    for attempt in 0..<200 {
      let point = dimensions.enumerated().map { place, dimension in
        // After many tries at random, as the rest of a grid may be far from what is good.
        attempt < 100
          ? Self.value(
            dimension, good: goodPoints.map { $0[place] }, others: otherPoints.map { $0[place] },
            &stream)
          : dimension.draw(&stream)
      }
      if !taken.contains(point) { return point }
    }
    return nil
  }

  private static func value(
    _ dimension: SearchDimension, good: [String], others: [String], _ stream: inout RandomStream
  ) -> String {
    switch dimension.values {
    case .choices(let choices):
      let (l, g) = (frequencies(good, of: choices), frequencies(others, of: choices))
      let drawn = (0..<candidates).map { _ in pick(l, stream.uniform()) }
      let best = drawn.max { l[$0] / g[$0] < l[$1] / g[$1] } ?? 0
      return choices[best]
    case .range:
      let l = ParzenDensity(good.compactMap(dimension.share))
      let g = ParzenDensity(others.compactMap(dimension.share))
      let drawn = (0..<candidates).map { _ in l.draw(&stream) }
      let gain = { (value: Double) in l.logarithm(at: value) - g.logarithm(at: value) }
      let best = drawn.max { gain($0) < gain($1) }
      return dimension.text(at: best ?? 0.5)
    }
  }

  /// How often each choice occurs, with one of all of them in equal parts beside.
  static func frequencies(_ values: [String], of choices: [String]) -> [Double] {
    choices.map { choice in
      (Double(values.count { $0 == choice }) + 1 / Double(choices.count))
        / Double(values.count + 1)
    }
  }

  private static func pick(_ shares: [Double], _ draw: Double) -> Int {
    var sum = 0.0
    for (index, share) in shares.enumerated() {
      sum += share
      if draw < sum { return index }
    }
    return shares.count - 1
  }
}

/// A density on the unit interval: a Gaussian on each value, cut at the ends, and a wide one of equal weight in the middle.
/// A Gaussian is as wide as the farther of its two neighbours is away, within bounds.
struct ParzenDensity {
  private let kernels: [(mean: Double, width: Double)]

  /// The density of values from 0 to 1.
  init(_ values: [Double]) {
    let sorted = (values + [0.5]).sorted()
    let least = 1 / Double(min(100, sorted.count + 1))
    var isPriorSeen = false
    kernels = sorted.enumerated().map { index, mean in
      if mean == 0.5, !isPriorSeen {
        isPriorSeen = true
        return (mean, 1)
      }
      let left = mean - (index > 0 ? sorted[index - 1] : 0)
      let right = (index + 1 < sorted.count ? sorted[index + 1] : 1) - mean
      return (mean, min(1, max(least, max(left, right))))
    }
  }

  /// The logarithm of the density.
  func logarithm(at value: Double) -> Double {
    let sum = kernels.reduce(0.0) { sum, kernel in
      let (mean, width) = kernel
      let inside = Self.below((1 - mean) / width) - Self.below(-mean / width)
      let z = (value - mean) / width
      return sum + exp(-z * z / 2) / (width * (2 * Double.pi).squareRoot() * inside)
    }
    return log(sum / Double(kernels.count))
  }

  /// A value of the density.
  func draw(_ stream: inout RandomStream) -> Double {
    let (mean, width) = kernels[stream.integer(below: kernels.count)]
    while true {
      let value = mean + width * stream.normal()
      if (0...1).contains(value) { return value }
    }
  }

  private static func below(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }
}
