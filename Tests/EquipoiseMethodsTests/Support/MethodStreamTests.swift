// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods

/// What a method draws follows from seed, method and the step of the run.
struct MethodStreamTests {
  private func numbers(
    _ method: String = "opm", seed: UInt64 = 0, step: Int, globalStep: Int
  ) throws -> [UInt64] {
    let steps = try MethodSteps("opm")
    let setting = MethodSetting(
      model: steps.model, classes: 3, epochs: 2, device: .cpu, seed: seed)
    let context = StepContext(
      epoch: 0, step: step, stepsPerEpoch: 4, globalStep: globalStep,
      batch: Batch(inputs: [], labels: Tensor([0]), indices: []), mode: .training())
    let stream = MethodStream(method, setting)
    var numbers = stream.numbers(context)
    let drawn = Tensor.uniform([1], dtype: .float64, from: stream.generator(context))
    return [numbers.next(), drawn.item().bitPattern]
  }

  @Test func stepsOfTwoEpochsDiffer() throws {
    let first = try numbers(step: 1, globalStep: 1)
    #expect(try numbers(step: 1, globalStep: 1) == first)
    #expect(try numbers(step: 3, globalStep: 1) == first)
    for other in [
      try numbers(step: 1, globalStep: 5), try numbers(seed: 1, step: 1, globalStep: 1),
      try numbers("ogm", step: 1, globalStep: 1),
    ] { #expect(zip(other, first).allSatisfy { $0 != $1 }) }
  }
}
