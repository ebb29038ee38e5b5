// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseMethods

struct EpochWindowTests {
  @Test func bothEndsBelongToIt() {
    let window = EpochWindow(first: 2, last: 4)
    #expect((0..<7).filter(window.contains) == [2, 3, 4])
    #expect((0..<4).filter(EpochWindow(first: 1, last: nil).contains) == [1, 2, 3])
    #expect((0..<4).filter(EpochWindow().contains) == [0, 1, 2, 3])
  }

  @Test func itsShareOfARun() {
    #expect(EpochWindow(first: 2, last: 4).share(of: 6) == 0.5)
    #expect(EpochWindow(first: 2, last: 4).share(of: 4) == 0.5)
    #expect(EpochWindow(first: 9, last: nil).share(of: 4) == 0)
    #expect(EpochWindow().share(of: 0) == 0)
  }
}
