// SPDX-License-Identifier: Apache-2.0
/// Arithmetic on numbers that came from outside, which may be of any size: what does not fit becomes the
/// nearest number that does, where Swift's own operators end the program.
extension Int {
  /// The whole number nearest to zero from `value`, within the range of `Int`; 0 for not-a-number.
  package init(saturating value: Double) {
    guard !value.isNaN else {
      self = 0
      return
    }
    self = Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }

  /// The product, or `Int.max` (for one negative factor `Int.min`) where it does not fit.
  package func multipliedSaturating(by other: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    guard overflows else { return product }
    return (self < 0) == (other < 0) ? .max : .min
  }

  /// The sum, or `Int.max` (below zero `Int.min`) where it does not fit.
  package func addedSaturating(to other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    guard overflows else { return sum }
    return self < 0 ? .min : .max
  }
}
