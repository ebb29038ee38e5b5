// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseBenchmarks
@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// A step of every method can be timed beside a joint step.
struct MethodCostTests {
  @Test(arguments: MethodCatalogue.standard.names.filter { $0 != Unimodal.name })
  func everyMethodTakesAStep(_ method: String) throws {
    var setting = BenchmarkSetting()
    (setting.encoder, setting.shapes) = (.transformer, [[5, 7], [5, 6], [5, 4]])
    (setting.batch, setting.width, setting.hidden, setting.threads) = (6, 8, 8, 1)
    let own = try StepBenchmark(setting.with(method: method))
    let joint = try StepBenchmark(setting.with(method: "joint"))
    #expect(try own.run(steps: 2) > 0)
    // In a turn of one modality the other encoders are not gone back through.
    if method != ReconBoost.name {
      #expect(own.multiplyAddsPerSample >= joint.multiplyAddsPerSample)
    }
  }
}
