// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseFormats

/// Names with numbers in the order in which people count.
struct NaturalOrderTests {
  @Test(
    arguments: [
      ["frame1", "frame2", "frame10", "frame11", "frame100"],
      ["1.jpg", "2.jpg", "10.jpg"],
      ["frame0001.png", "frame0010.png", "frame0100.png"],
      // Of one value the shorter, and text before numbers that follow it.
      ["a1", "a01", "a001", "a2"],
      ["", "a", "a0", "b"],
      ["s1_f2", "s1_f10", "s2_f1", "s10_f1"],
      // Numbers that no machine word holds.
      ["t99999999999999999998", "t99999999999999999999", "t100000000000000000000"],
      ["flow_x_9", "flow_x_10", "flow_y_1"], ["été 2", "été 10"],
    ])
  func order(names: [String]) {
    #expect(names.shuffled().sorted(by: NaturalOrder.precedes) == names)
    for (index, name) in names.enumerated() {
      for other in names[...index] { #expect(!NaturalOrder.precedes(name, other)) }
    }
  }
}
