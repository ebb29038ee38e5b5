// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit

/// Timings count what a device still has to do.
struct DeviceClockTests {
  @Test func aReadingWaitsForTheDevice() {
    let clock = DeviceClock { Thread.sleep(forTimeInterval: 0.02) }
    let start = ContinuousClock.now
    #expect(start.duration(to: clock.now) >= .milliseconds(20))
  }

  @Test func theHostsMemoryIsTheMachines() {
    #expect(DeviceMemory.total(of: .cpu) == Int(ProcessInfo.processInfo.physicalMemory))
    #expect(DeviceMemory.peak(of: .cpu) > 0)
  }
}
