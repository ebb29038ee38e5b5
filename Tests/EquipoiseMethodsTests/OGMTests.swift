// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

struct OGMTests {
  private static func configuration(
    _ change: (inout OGM.Configuration) -> Void = { _ in }
  ) -> OGM.Configuration {
    var configuration = OGM.Configuration()
    configuration.window = EpochWindow()
    change(&configuration)
    return configuration
  }

  /// The journal's rule, and the conference's beside it.
  @Test func coefficientsByHand() {
    let ratios = Tensor([1.5, 2 / 3.0])
    expectNumbers(OGM.coefficients(ratios, alpha: 0.8), [0.630306, 1])
    expectNumbers(OGMGE.coefficients(ratios, alpha: 0.8), [0.166345, 1])
    expectNumbers(
      OGM.coefficients(Tensor([2.25, 4 / 3.0, 5 / 12.0]), alpha: 0.8), [0.321373, 0.742790, 1])
  }

  @Test func coefficientsAreContinuousAndNotNegative() {
    expectNumbers(OGM.coefficients(Tensor([1, 1 + 1e-9]), alpha: 0.8), [1, 1])
    expectNumbers(OGM.coefficients(Tensor([9.0]), alpha: 3), [0])
  }

  @Test func threeStepsOfThreeModalities() throws {
    let steps = try MethodSteps("ogm", fusion: .sum, modalities: ["text", "view", "pose"])
    let configuration = Self.configuration { $0.noise = false }
    try steps.check(try OGM(configuration, for: steps.setting))
  }

  /// The released code's rule makes it OGM-GE.
  @Test func conferenceCoefficients() throws {
    let steps = try MethodSteps("ogm_ge_film", fusion: .film, modalities: ["audio", "text"])
    let configuration = Self.configuration {
      ($0.alpha, $0.noise) = (0.3, false)
      ($0.convolutionsOnly, $0.conferenceCoefficients) = (true, true)
    }
    try steps.check(try OGM(configuration, for: steps.setting))
  }
}
