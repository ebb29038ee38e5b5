// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct OGMGETests {
  private static func configuration(
    _ change: (inout OGMGE.Configuration) -> Void = { _ in }
  ) -> OGMGE.Configuration {
    var configuration = OGMGE.Configuration()
    change(&configuration)
    return configuration
  }

  /// The ratios are those of `ModalityScoresTests`.
  @Test(arguments: [(0.1, 0.827913), (0.3, 0.521181), (0.8, 0.116711)])
  func coefficientByHand(alpha: Double, expected: Double) {
    let ratios = Tensor([1.738171, 0.575317])
    expectNumbers(OGMGE.coefficients(ratios, alpha: alpha), [expected, 1])
    expectNumbers(
      OGMGE.coefficients(Tensor([0.575317, 1.738171]), alpha: alpha), [1, expected])
  }

  /// The paper's rule; the released code would scale the first modality.
  @Test func atOneNothingIsScaled() {
    expectNumbers(OGMGE.coefficients(Tensor([1.0, 1.0]), alpha: 0.8), [1, 1])
  }

  @Test func gradientByHand() {
    var gradients = Self.gradients()
    EncoderGradientScaling(convolutionsOnly: false).scale(
      &gradients, by: Tensor([0.521181, 1]), noise: nil)
    expectNumbers(gradients.entries[0].gradient, [0.521181, 1.042362, 1.563543, 2.084724])
    for index in 1..<4 {
      #expect(gradients.entries[index].gradient?.floats() == [1, 2, 3, 4])
    }
    #expect(gradients.entries[4].gradient == nil)
  }

  @Test func convolutionsOnlyLeavesMatrices() {
    var gradients = Self.gradients()
    EncoderGradientScaling(convolutionsOnly: true).scale(
      &gradients, by: Tensor([0.5, 0.5]), noise: Generator(seed: 0))
    #expect(gradients.entries[0].gradient?.floats() == [1, 2, 3, 4])
  }

  @Test func noiseHasTheDeviationOfTheGradient() {
    let gradient = Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    expectNumbers(EncoderGradientScaling.deviation(of: gradient), [1.290994])
    let generator = Generator(seed: 0)
    let draws = (0..<4000).map { _ in
      EncoderGradientScaling.noise(like: gradient, from: generator)
    }
    let noise = Tensor.stacked(draws)
    #expect(abs(noise.mean().item()) < 0.04)
    #expect(abs(EncoderGradientScaling.deviation(of: noise).item() - 1.290994) < 0.04)
  }

  @Test func oneNumberHasNoDeviation() {
    #expect(EncoderGradientScaling.deviation(of: Tensor([3.0], shape: [1, 1])).item() == 0)
  }

  /// A matrix of each encoder, a vector of the first, the head, and a parameter without gradient.
  private static func gradients() -> ModelGradients {
    let numbers = Tensor([1, 2, 3, 4] as [Double])
    let matrix = numbers.reshaped([2, 2])
    return ModelGradients(
      entries: [("a", matrix), ("b", numbers), ("c", matrix), ("head", matrix), ("none", nil)],
      encoders: [0..<2, 2..<3], positions: [:])
  }

  @Test func threeStepsWithNoise() throws {
    let steps = try MethodSteps("ogm_ge", modalities: ["audio", "text"])
    try steps.check(try OGMGE(Self.configuration(), for: steps.setting))
  }

  /// Zero-out scores and the released code's choice of parameters.
  @Test func threeStepsOfFiLM() throws {
    let steps = try MethodSteps("ogm_ge_film", fusion: .film, modalities: ["audio", "text"])
    let configuration = Self.configuration {
      ($0.alpha, $0.noise, $0.convolutionsOnly) = (0.3, false, true)
    }
    try steps.check(try OGMGE(configuration, for: steps.setting))
  }

  @Test func headAndVectorsKeepTheirGradients() throws {
    let steps = try MethodSteps("ogm_ge", modalities: ["audio", "text"])
    let method = try OGMGE(Self.configuration(), for: steps.setting)
    let (engine, context) = (try steps.makeEngine(), try steps.context(0))
    let forward = try engine.forward(context)
    let before = try engine.gradients(of: forward.logits.crossEntropy(context.batch.labels))
    var after = before
    try method.modulate(&after, given: forward, in: context)
    for index in before.entries.indices {
      let old = try #require(before.entries[index].gradient)
      let new = try #require(after.entries[index].gradient)
      let isFree = new.rank < 2 || !before.encoders.contains { $0.contains(index) }
      #expect(isEqual(old, new) == isFree)
    }
    #expect(
      method.telemetry.map(\.name.key) == [
        "ratio.audio", "ratio.text", "coefficient.audio", "coefficient.text",
      ])
  }
}
