// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// The settings that a search tries for one method.
package struct SearchSpace: Sendable {
  /// The method.
  package let method: String
  /// Its own dimensions and those of all methods, in the order they were given.
  package let dimensions: [SearchDimension]

  /// The space of a method.
  ///
  /// - Parameters:
  ///   - method: its name.
  ///   - all: the dimensions of the search, those of other methods included.
  package init(_ method: String, of all: [SearchDimension]) {
    self.method = method
    dimensions = all.filter { $0.method == nil || $0.method == method }
  }

  /// The number of points; `nil` where a dimension is a range.
  package var size: Int? {
    dimensions.reduce(1 as Int?) { size, dimension in
      guard let size, case .choices(let choices) = dimension.values else { return nil }
      let (product, overflows) = size.multipliedReportingOverflow(by: choices.count)
      return overflows ? nil : product
    }
  }

  /// The points to try, each a list of `KEY=VALUE`: all of the grid, or as many different random ones
  /// as are asked for, the same for the same seed. More of them begin with fewer of them.
  ///
  /// - Parameters:
  ///   - trials: how many; `nil` for the whole grid.
  ///   - seed: of the random choice.
  ///   - alwaysRandom: whether a whole grid is in random order, too, as more of it begins with less of it.
  /// - Returns: the points.
  /// - Throws: `EquipoiseError` when the space has fewer.
  package func points(
    _ trials: Int?, seed: Int, alwaysRandom: Bool = false
  ) throws -> [[String]] {
    if let size, trials == nil || trials == size, !alwaysRandom || size == 1 {
      return (0..<size).map(gridPoint)
    }
    guard let trials else {
      throw EquipoiseError(
        .usage, "a range has no end of values", at: "\(.argument("random"))",
        fix: "add \(.argument("trials=N"))")
    }
    guard trials <= size ?? .max else {
      throw EquipoiseError(
        .usage, "the search has only \(size ?? 0) points for '\(method)'",
        at: "\(.argument("trials")) \(trials)",
        fix: "ask for fewer trials, which are the same number for every method, or add values")
    }
    return try randomPoints(trials, seed: seed)
  }

  /// Point number `index`; the last dimension changes fastest.
  private func gridPoint(_ index: Int) -> [String] {
    var rest = index
    return dimensions.reversed().map { dimension in
      guard case .choices(let choices) = dimension.values else { return "" }
      defer { rest /= choices.count }
      return "\(dimension.key)=\(choices[rest % choices.count])"
    }.reversed()
  }

  private func randomPoints(_ trials: Int, seed: Int) throws -> [[String]] {
    var stream = RandomStream(seed: UInt64(seed), "search", method)
    // Without repetition a grid can be drawn to its last point.
    if let size, size <= 1 << 20 {
      return stream.permutation(of: size).prefix(trials).map(gridPoint)
    }
    var points: [[String]] = []
    var seen: Set<[String]> = []
    var attempts = 0
    while points.count < trials {
      attempts += 1
      guard attempts <= trials.multipliedSaturating(by: 1000) else {
        throw EquipoiseError(
          .usage, "there are not that many different points",
          at: "\(.argument("trials")) \(trials)",
          fix: "ask for fewer, or widen a range")
      }
      let point = dimensions.map { "\($0.key)=\($0.draw(&stream))" }
      if seen.insert(point).inserted { points.append(point) }
    }
    return points
  }
}
