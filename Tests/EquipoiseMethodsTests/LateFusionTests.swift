// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct LateFusionTests {
  // MARK: Equations

  @Test func averages() {
    let logits = [Tensor([0.0, 0, 0], shape: [1, 3]), Tensor([0, 1000.0, 0], shape: [1, 3])]
    let probabilities = LateFusion.meanOfProbabilities(logits).softmax(1).array(of: Double.self)
    #expect(zip(probabilities, [1.0 / 6, 4.0 / 6, 1.0 / 6]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(LateFusion.meanOfLogits(logits).array(of: Double.self) == [0, 500, 0])
  }

  /// logit((σ(0) + σ(2)) / 2), and two labels of which both modalities are certain.
  @Test func averagesOfLabels() {
    let logits = [
      Tensor([0.0, 1000, -1000], shape: [1, 3]), Tensor([2.0, 1000, -1000], shape: [1, 3]),
    ]
    let mean = LateFusion.meanOfLabelProbabilities(logits).array(of: Double.self)
    #expect(zip(mean, [0.8019831628540132, 1000, -1000]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func theOrderOfModalitiesDoesNotMatter() {
    let generator = Generator(seed: 6)
    let logits = (0..<2).map { _ in Tensor.normal([4, 3], dtype: .float64, from: generator) }
    let averages: [([Tensor]) -> Tensor] = [
      { LateFusion.meanOfProbabilities($0) }, { LateFusion.meanOfLogits($0) },
    ]
    for average in averages {
      let swapped = average(logits.reversed()).array(of: Double.self)
      #expect(average(logits).array(of: Double.self) == swapped)
    }
  }

  // MARK: Steps

  @Test func stepsAreThoseOfSeparateModels() throws {
    let golden = try StepGolden("late_fusion_steps", "three", modalities: 3, fusion: .sum)
    var configuration = LateFusion.Configuration()
    let method = try LateFusion(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method, StandardStep(method, engine: engine).run)
    let inputs = try golden.context(StepGolden.steps - 1).batch.inputs
    let features = golden.model.features(inputs, .evaluation)
    try golden.expect(
      try method.fusedLogits(of: features, with: golden.model), is: "probabilities")
    configuration.average = .logits
    let other = try LateFusion(configuration, for: golden.setting)
    try golden.expect(try other.fusedLogits(of: features, with: golden.model), is: "logits")
  }
}
