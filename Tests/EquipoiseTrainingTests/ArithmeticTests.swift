// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// What a run's settings make of the process's arithmetic; in a process of its own, as it is global.
struct ArithmeticTests {
  @Test func settingsDecide() async {
    await #expect(processExitsWith: .success) {
      let tiny = try TinyRun()
      _ = try RunParts(tiny.configuration)
      #expect(Runtime.isDeterministic && !Runtime.allowsTF32)
      tiny.configuration.runtime.deterministic = false
      tiny.configuration.training.precision = .tf32
      _ = try RunParts(tiny.configuration)
      #expect(!Runtime.isDeterministic && Runtime.allowsTF32)
    }
  }

  @Test func aRunSaysWhenItsDeviceHasNoTF32() throws {
    let tiny = try TinyRun()
    var warnings: [String] = []
    _ = try tiny.run("fp32") { warnings.append($0) }
    #expect(warnings == [])
    let notice = "training.precision tf32 computes as fp32 on cpu: only NVIDIA GPUs have TF32"
    #expect(TrainingRun.precisionNotice(.tf32, on: .cpu) == notice)
    #expect(TrainingRun.precisionNotice(.tf32, on: Device(kind: .cuda, index: 0)) == nil)
    #expect(TrainingRun.precisionNotice(.bf16, on: .cpu) == nil)
  }

  @Test func runsFromBeforeTheSettingAreDeterministic() throws {
    let configuration = try RunConfiguration.resolve(
      sets: ["data=d"], catalogue: .standard, needsData: false
    ).configuration
    #expect(configuration.runtime.deterministic && configuration.training.precision == .fp32)
  }
}
