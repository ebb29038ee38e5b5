// SPDX-License-Identifier: Apache-2.0
/// The order in which people count: `frame2` before `frame10`.
package enum NaturalOrder {
  /// Whether one name stands before another: runs of digits by their value, all else by its characters;
  /// of equal values the one with fewer leading zeros is first.
  package static func precedes(_ first: String, _ second: String) -> Bool {
    let (left, right) = (Array(first.utf8), Array(second.utf8))
    var (i, j) = (0, 0)
    var zeros = 0
    while i < left.count, j < right.count {
      guard isDigit(left[i]), isDigit(right[j]) else {
        if left[i] != right[j] { return left[i] < right[j] }
        (i, j) = (i + 1, j + 1)
        continue
      }
      let (a, b) = (number(left, from: &i), number(right, from: &j))
      if a.digits.count != b.digits.count { return a.digits.count < b.digits.count }
      if let (x, y) = zip(a.digits, b.digits).first(where: { $0 != $1 }) { return x < y }
      if zeros == 0 { zeros = a.zeros - b.zeros }
    }
    if i < left.count || j < right.count { return j < right.count }
    return zeros < 0
  }

  /// The digits of the number at `index` without its leading zeros, and how many those are.
  private static func number(
    _ text: [UInt8], from index: inout Int
  ) -> (digits: ArraySlice<UInt8>, zeros: Int) {
    let start = index
    while index < text.count, isDigit(text[index]) { index += 1 }
    let digits = text[start..<index].drop { $0 == 48 }
    return (digits, index - start - digits.count)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
