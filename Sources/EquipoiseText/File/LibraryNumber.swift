// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Decimal fractions as the `tokenizers` library reads them. Its parser rounds the digits to double precision and then
/// divides by a power of ten, which rounds again: the last bit may differ from the nearest number, and it decides between
/// two ways to make a text that are as likely.
enum LibraryNumber {
  /// The number that `text` spells; nil where it is too large.
  static func value(of text: String) -> Double? {
    var digits: UInt64 = 0
    var exponent = 0
    var (isFraction, isFull, isNegative) = (false, false, false)
    var rest = Substring(text)
    if rest.first == "-" {
      isNegative = true
      rest.removeFirst()
    }
    while let character = rest.first, character != "e", character != "E" {
      rest.removeFirst()
      guard let digit = character.wholeNumberValue else {
        isFraction = true
        continue
      }
      let (tens, isLarge) = digits.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tens.addingReportingOverflow(UInt64(digit))
      isFull = isFull || isLarge || isLarger
      if isFull {
        // Digits that do not fit are left out.
        if !isFraction { exponent += 1 }
      } else {
        digits = sum
        if isFraction { exponent -= 1 }
      }
    }
    if !rest.isEmpty {
      guard let given = Int(rest.dropFirst().drop { $0 == "+" }), abs(given) < 100_000 else {
        return nil
      }
      exponent += given
    }
    guard let value = scaled(Double(digits), exponent) else { return nil }
    return isNegative ? -value : value
  }

  private static func scaled(_ value: Double, _ exponent: Int) -> Double? {
    var (value, exponent) = (value, exponent)
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    guard value != 0 else { return 0 }
    guard exponent <= 308 else { return nil }
    let power = Double("1e\(abs(exponent))") ?? 1
    let result = exponent >= 0 ? value * power : value / power
    return result.isFinite ? result : nil
  }
}
