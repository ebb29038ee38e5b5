// SPDX-License-Identifier: Apache-2.0
/// Arithmetic on shapes that come from files.
package enum Shape {
  /// The product of `shape`, or nil when a dimension is negative or the product overflows.
  package static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The bytes that `shape` takes, or nil as for `count(_:)`.
  package static func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
    guard let count = count(shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    return overflow ? nil : bytes
  }
}
