// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseBenchmarks
@testable import EquipoiseKit
@testable import EquipoiseTraining

/// Timings count what a device still has to do.
struct StepBenchmarkTests {
  @Test func aBenchmarkWaitsAtItsStartAndEnd() throws {
    var setting = BenchmarkSetting()
    (setting.encoder, setting.shapes) = (.transformer, [[5, 7], [5, 6]])
    (setting.batch, setting.width, setting.hidden, setting.threads) = (6, 8, 8, 1)
    var waits = 0
    let clock = DeviceClock {
      waits += 1
      if waits == 2 { Thread.sleep(forTimeInterval: 0.05) }
    }
    let benchmark = try StepBenchmark(setting, clock: clock)
    #expect(try benchmark.run(steps: 1) >= 0.05)
    #expect(waits == 2)
  }
}
