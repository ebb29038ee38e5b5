// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseCLI

@Suite struct ProgramOriginTests {
  @Test func aProgramKnowsWhereItIsFrom() {
    #expect(
      ProgramOrigin(program: "/home/me/Equipoise/.build/x86_64/release/equipoise") == .checkout)
    #expect(ProgramOrigin(program: "/home/me/Equipoise/.build-asan/debug/equipoise") == .checkout)
    #expect(ProgramOrigin(program: "/venv/lib/equipoise/_program/equipoise") == .installed)
    #expect(ProgramOrigin(program: "/home/me/Mine/.build/release/mine") == .another)
  }
}
