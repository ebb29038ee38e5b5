// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

struct SaturatingArithmeticTests {
  @Test(arguments: [
    (0.0, 0), (-0.9, 0), (3.99, 3), (-3.99, -3), (1e300, Int.max), (-1e300, Int.min),
    (Double.infinity, Int.max), (-Double.infinity, Int.min), (Double.nan, 0), (0x1p63, Int.max),
    (-0x1p63, Int.min),
  ])
  func everyDoubleHasAWholeNumber(_ value: Double, _ whole: Int) {
    #expect(Int(saturating: value) == whole)
  }

  @Test func productsAndSumsEndAtTheLargestNumber() {
    #expect(6.multipliedSaturating(by: -7) == -42)
    #expect((1 << 62).multipliedSaturating(by: 2) == .max)
    #expect((1 << 62).multipliedSaturating(by: -4) == .min)
    #expect(Int.min.multipliedSaturating(by: -1) == .max)
    #expect(2.addedSaturating(to: 3) == 5)
    #expect(Int.max.addedSaturating(to: 1) == .max)
    #expect(Int.min.addedSaturating(to: -1) == .min)
  }
}
