// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseTorch

/// Who decided how long threads spin.
struct SpinningTests {
  private static let ours = [
    "GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1", "EQUIPOISE_SPINNING": "bounded", "HOME": "/",
  ]

  @Test func whatWasAddedHereIsTold() {
    let spinning = Spinning(openMP: "GNU", environment: Self.ours)
    #expect(spinning.variables == ["GOMP_SPINCOUNT=1000"] && spinning.decidedBy == .equipoise)
    let other = Spinning(openMP: "LLVM", environment: Self.ours)
    #expect(other.variables == ["KMP_BLOCKTIME=1"] && other.decidedBy == .equipoise)
    #expect(Spinning.withoutOurs(Self.ours) == ["HOME": "/"])
  }

  @Test func whatTheUserHasSetIsTold() {
    var changed = Self.ours
    changed["GOMP_SPINCOUNT"] = "7"
    #expect(Spinning(openMP: "GNU", environment: changed).decidedBy == .user)
    #expect(Spinning.withoutOurs(changed) == ["HOME": "/", "GOMP_SPINCOUNT": "7"])
    let policy = Spinning(openMP: "GNU", environment: ["OMP_WAIT_POLICY": "active"])
    #expect(policy.variables == ["OMP_WAIT_POLICY=active"] && policy.decidedBy == .user)
    let same = ["GOMP_SPINCOUNT": "1000"]
    #expect(Spinning(openMP: "GNU", environment: same).decidedBy == .user)
    #expect(Spinning.withoutOurs(same) == same)
  }

  @Test func nothingIsTold() {
    let none = Spinning(openMP: "GNU", environment: ["KMP_BLOCKTIME": "5"])
    #expect(none.variables.isEmpty && none.decidedBy == .runtime)
  }

  /// The tests run as the program does: `CEquipoiseEarlyStart` is linked into their runner.
  @Test func theTestsSpinBriefly() {
    #if os(Linux)
      #expect(Spinning.current.openMP == "none" || Spinning.current.decidedBy != .runtime)
    #endif
  }
}
