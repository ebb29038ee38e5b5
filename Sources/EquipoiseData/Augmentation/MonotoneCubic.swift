// SPDX-License-Identifier: Apache-2.0

/// The cubic through points at equal distances that rises where they rise (Fritsch and Butland, "A method for
/// constructing local monotone piecewise cubic interpolants", 1984): SciPy's `PchipInterpolator`.
struct MonotoneCubic {
  private let values: [Double]
  private let slopes: [Double]
  private let spacing: Double

  /// The curve through `values` at 0, `spacing`, 2 · `spacing` and so on; three at least.
  init(_ values: [Double], spacing: Double) {
    let secants = zip(values.dropFirst(), values).map { ($0 - $1) / spacing }
    var slopes = [Self.end(secants[0], secants[1])]
    for (left, right) in zip(secants, secants.dropFirst()) {
      // At equal distances the weighted harmonic mean has equal weights.
      slopes.append(left * right > 0 ? 2 * left * right / (left + right) : 0)
    }
    slopes.append(Self.end(secants[secants.count - 1], secants[secants.count - 2]))
    (self.values, self.slopes, self.spacing) = (values, slopes, spacing)
  }

  /// Its value at a place within the points.
  func callAsFunction(_ place: Double) -> Double {
    let piece = min(values.count - 2, max(0, Int(place / spacing)))
    let t = place / spacing - Double(piece)
    let (square, cube) = (t * t, t * t * t)
    return (2 * cube - 3 * square + 1) * values[piece]
      + (cube - 2 * square + t) * spacing * slopes[piece]
      + (3 * square - 2 * cube) * values[piece + 1]
      + (cube - square) * spacing * slopes[piece + 1]
  }

  /// The slope at an end, from the secant there and the next one.
  private static func end(_ secant: Double, _ next: Double) -> Double {
    let slope = (3 * secant - next) / 2
    if slope * secant <= 0 { return 0 }
    return secant * next < 0 && abs(slope) > 3 * abs(secant) ? 3 * secant : slope
  }
}
