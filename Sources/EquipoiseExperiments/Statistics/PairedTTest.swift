// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import Foundation

/// Student's paired t-test, which assumes that differences are normal.
public enum PairedTTest {
  /// The two-sided p of paired differences; `nil` for fewer than two, or when they are all the same:
  /// then t is not defined.
  public static func p(_ differences: [Double]) -> Double? {
    guard let summary = SampleSummary(differences), let deviation = summary.deviation,
      !summary.isConstant
    else { return nil }
    let t = summary.mean / (deviation / Double(summary.count).squareRoot())
    return tail(t, degrees: Double(summary.count - 1))
  }

  /// Where the mean of paired differences may lie, with 95 % confidence; `nil` for fewer than two.
  public static func interval(_ differences: [Double]) -> ConfidenceInterval? {
    guard let summary = SampleSummary(differences), let deviation = summary.deviation else {
      return nil
    }
    let reach =
      quantile(degrees: Double(summary.count - 1)) * deviation / Double(summary.count).squareRoot()
    return ConfidenceInterval(lower: summary.mean - reach, upper: summary.mean + reach)
  }

  /// The t that is exceeded on either side with 5 % probability.
  static func quantile(degrees: Double) -> Double {
    var (low, high) = (0.0, 1e3)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if tail(middle, degrees: degrees) > 1 - ConfidenceInterval.level {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }

  /// P(|T| ≥ |t|) for ν degrees of freedom: I_x(ν/2, 1/2) at x = ν / (ν + t²).
  static func tail(_ t: Double, degrees: Double) -> Double {
    incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t))
  }

  /// The regularised incomplete beta function I_x(a, b).
  private static func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
    guard x > 0, x < 1 else { return x <= 0 ? 0 : 1 }
    // The fraction converges fast on this side; the other is its mirror image.
    return x <= (a + 1) / (a + b + 2) ? series(a, b, x) : 1 - series(b, a, 1 - x)
  }

  /// The same by its continued fraction.
  private static func series(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let logFront =
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
    return exp(logFront) * fraction(a, b, x) / a
  }

  /// Lentz's evaluation of 1 / (1 + d₁ / (1 + d₂ / (1 + …))).
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...500 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      for term in [even, odd] {
        d = 1 / nonZero(1 + term * d)
        c = nonZero(1 + term / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return result
  }

  // `lgamma` of the C library writes a global: two threads must not call it at once.
  private static func logGamma(_ x: Double) -> Double {
    #if canImport(Glibc)
      var sign: Int32 = 0
      return lgamma_r(x, &sign)
    #else
      return lgamma(x)
    #endif
  }
}
