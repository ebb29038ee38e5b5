// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct MMParetoTests {
  private static func weight(_ joint: [Double], _ unimodal: [Double]) -> Tensor {
    let (a, b) = (Tensor(joint), Tensor(unimodal))
    return MMPareto.unimodalWeight(
      joint: (a * a).sum(), unimodal: (b * b).sum(), product: (a * b).sum())
  }

  @Test func agreeingGradientsHaveEqualWeights() {
    expectNumbers(Self.weight([3, 0], [1, 1]), [0.5])
  }

  /// (1 − a) (2, 0) + a (−1, 1) is shortest at a = 3/5, where it is (1/5, 3/5)… = (0.2, 0.6).
  @Test func opposedGradientsMeetAtTheShortestVector() {
    let weight = Self.weight([2, 0], [-1, 1])
    expectNumbers(weight, [0.6])
    let combined = MMPareto.combined(
      joint: [Tensor([2, 0.0])], unimodal: [Tensor([-1, 1.0])], weight: weight, gamma: 1.5)
    // As long as 1.5 · ‖(1, 1)‖, in the direction of (0.2, 0.6).
    let length = 1.5 * (2.0 / 0.4).squareRoot()
    expectNumbers(combined[0], [0.2 * length, 0.6 * length])
  }

  /// The shortest vector hurts neither: its product with both gradients is not negative.
  @Test func theDirectionHurtsNeither() {
    let generator = Generator(seed: 0)
    for _ in 0..<50 {
      let pair = (0..<2).map { _ in Tensor.normal([3], dtype: .float64, from: generator) }
      let products = (0..<2).map { (pair[0] * pair[$0]).sum() } + [(pair[1] * pair[1]).sum()]
      let weight = MMPareto.unimodalWeight(
        joint: products[0], unimodal: products[2], product: products[1])
      let combined = MMPareto.combined(
        joint: [pair[0]], unimodal: [pair[1]], weight: weight, gamma: 1)
      #expect(pair.allSatisfy { ($0 * combined[0]).sum().item() > -1e-12 })
      let length = (pair[0] + pair[1]).norm().item()
      #expect(abs(combined[0].norm().item() - length) < 1e-12)
    }
  }

  @Test func gradientsOfZeroStayFinite() {
    let zero = Tensor([0, 0.0])
    let weight = Self.weight([0, 0], [0, 0])
    let combined = MMPareto.combined(
      joint: [zero], unimodal: [zero], weight: weight, gamma: 1.5)
    expectNumbers(combined[0], [0, 0])
    expectNumbers(Self.weight([1, 0], [-1, 0]), [0.5])
  }

  @Test func agreementIsThePlainSum() {
    let combined = MMPareto.combined(
      joint: [Tensor([3, 0.0]), Tensor([1.0])], unimodal: [Tensor([1, 1.0]), Tensor([2.0])],
      weight: Tensor(0.5), gamma: 1)
    expectNumbers(combined[0], [4, 1])
    expectNumbers(combined[1], [3])
  }

  @Test func threeSteps() throws {
    let steps = try MethodSteps("mmpareto")
    try steps.check(try MMPareto(MMPareto.Configuration(), for: steps.setting))
  }

  /// Zero-out logits, three modalities; some gradients are opposed.
  @Test func threeStepsOfFiLM() throws {
    let steps = try MethodSteps(
      "mmpareto_film", fusion: .film, modalities: ["text", "view", "pose"])
    var configuration = MMPareto.Configuration()
    configuration.gamma = 1
    try steps.check(try MMPareto(configuration, for: steps.setting))
  }

  @Test func reportsWeightsAndLosses() throws {
    let steps = try MethodSteps("mmpareto")
    let method = try MMPareto(MMPareto.Configuration(), for: steps.setting)
    let report = try steps.take(steps.context(0), method, steps.makeEngine())
    #expect(
      report.telemetry.map(\.name.key) == ["weight.text", "weight.view", "loss.text", "loss.view"])
  }
}
