// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import EquipoiseTorch

/// The choices of the process, each tried in a process of its own: other tests compute beside this one.
struct RuntimeTests {
  @Test func bitsMayDifferOnlyWhereAllowed() async {
    await #expect(processExitsWith: .success) {
      Runtime.setDeterministic(false)
      #expect(!Runtime.isDeterministic)
      Runtime.setDeterministic(true)
      #expect(Runtime.isDeterministic)
      #expect(ProcessInfo.processInfo.environment["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8")
    }
  }

  @Test func aWorkspaceThatTheUserSetStays() async {
    await #expect(processExitsWith: .success) {
      setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8", 1)
      Runtime.setDeterministic(true)
      #expect(ProcessInfo.processInfo.environment["CUBLAS_WORKSPACE_CONFIG"] == ":16:8")
    }
  }

  @Test func singlePrecisionMayBeRoundedOnlyWhereAllowed() async {
    await #expect(processExitsWith: .success) {
      Runtime.allowsTF32 = true
      #expect(Runtime.allowsTF32)
      Runtime.allowsTF32 = false
      #expect(!Runtime.allowsTF32)
    }
  }

  @Test func theHostKeepsNoCountOfItsTensors() { #expect(Device.cpu.memory == nil) }

  @Test(.enabled(if: Device.count(of: .cuda) == 0))
  func anAbsentDeviceHasNoMemory() { #expect(Device(kind: .cuda, index: 0).memory == nil) }
}
