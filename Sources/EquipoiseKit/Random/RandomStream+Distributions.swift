// SPDX-License-Identifier: Apache-2.0
/// Distributions, written out so that they stay the same whatever the standard library or the
/// platform's mathematical functions do.
extension RandomStream {
  /// A number from [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An integer from 0 to `bound` − 1, each as likely (Lemire's method).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "integer(below: \(bound)) needs a positive bound")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    let biased = (0 &- range) % range
    while product.low < biased { product = next().multipliedFullWidth(by: range) }
    return Int(product.high)
  }

  /// Whether an event of this probability happens.
  public mutating func happens(withProbability probability: Double) -> Bool {
    uniform() < probability
  }

  /// A number from the normal distribution of mean 0 and variance 1 (Marsaglia's polar method).
  public mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0, square < 1 {
        return x * (-2 * Self.logarithm(square) / square).squareRoot()
      }
    }
  }

  /// The integers from 0 to `count` − 1 in random order (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Puts `elements` in random order.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// ln x from exactly rounded operations only: the C library's differ in the last bit.
  ///
  /// x = m·2ᵉ with m in [2/3, 4/3); ln m = 2·artanh t with t = (m − 1)/(m + 1), |t| ≤ 1/5.
  private static func logarithm(_ x: Double) -> Double {
    var (mantissa, exponent) = (x.significand, Double(x.exponent))
    if mantissa >= 4.0 / 3 { (mantissa, exponent) = (mantissa / 2, exponent + 1) }
    let t = (mantissa - 1) / (mantissa + 1)
    var series = 0.0
    for power in stride(from: 23, through: 1, by: -2) {
      series = series * t * t + 1 / Double(power)
    }
    return 2 * t * series + exponent * 0.6931471805599453
  }
}
