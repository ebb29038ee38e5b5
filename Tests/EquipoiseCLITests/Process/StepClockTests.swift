// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import Testing

@testable import EquipoiseCLI

/// `train --dry-run` counts what the device still has to do when a step returns.
struct StepClockTests {
  @Test func aStepLastsUntilTheDeviceIsDone() {
    let clock = StepClock(DeviceClock { Thread.sleep(forTimeInterval: 0.02) })
    clock.observe(.began(epochs: 1, stepsPerEpoch: 3, epoch: 0, step: 0))
    for step in 0..<3 {
      clock.observe(.stepped(epoch: 0, step: step, samples: 4, meanLoss: nil))
    }
    #expect(clock.steps.count == 2 && clock.steps.allSatisfy { $0 >= 0.02 })
  }
}
