// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
@testable import EquipoisePretrained
import Testing

struct BlockDepthsTests {
  @Test func groupsAreAsEqualAsTheyCanBe() throws {
    #expect(try BlockDepths.groups(4).ranges(of: 12, at: "p") == [0..<3, 3..<6, 6..<9, 9..<12])
    #expect(try BlockDepths.groups(4).ranges(of: 6, at: "p") == [0..<2, 2..<4, 4..<5, 5..<6])
    #expect(try BlockDepths.list([1, 3]).ranges(of: 4, at: "p") == [0..<1, 1..<4])
  }

  @Test func otherSumsAreRefused() throws {
    #expect(
      throws: EquipoiseError(
        .configuration, "the network has 2 layers, of which 4 groups cannot be made", at: "p",
        fix: "choose depths from 1 to 2")
    ) { try BlockDepths.groups(4).ranges(of: 2, at: "p") }
    #expect(throws: EquipoiseError.self) { try BlockDepths.list([1, 2]).ranges(of: 4, at: "p") }
    #expect(throws: EquipoiseError.self) { try BlockDepths.list([4, 0]).ranges(of: 4, at: "p") }
  }
}
