// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct AGMTests {
  private static func configuration(
    _ change: (inout AGM.Configuration) -> Void = { _ in }
  ) -> AGM.Configuration {
    var configuration = AGM.Configuration()
    change(&configuration)
    return configuration
  }

  private static func row(_ values: [Double]) -> Tensor {
    Tensor(values, shape: [1, values.count])
  }

  /// −log of the rightness of labels (1, 0, 0), and log MSE of numbers that are .5 and 1 off on average.
  @Test func scoresOfOtherTasks() {
    let labels = Tensor([1.0, 0, 0], shape: [1, 3])
    let logits = Tensor([2.0, -1, 0], shape: [1, 1, 3])
    let objective = Objective(.multilabel, loss: BinaryCrossEntropyLoss())
    expectNumbers(AGM.scores(logits, labels: labels, by: objective), [0.290134])
    let scale = TargetScale(means: [0], deviations: [1], device: .cpu, dtype: .float64)
    let regression = Objective(
      .regression, loss: ElementLoss { $0.squaredErrors($1) }, scale: scale)
    let outputs = Tensor([1.0, 1, 1, 2], shape: [2, 2, 1])
    let scores = AGM.scores(outputs, labels: Tensor([0.0, 1], shape: [2, 1]), by: regression)
    expectNumbers(scores, [-0.693147, 0])
    expectNumbers(AGM.ratios(scores), [2, 0.5])
  }

  /// Two modalities; the passes are F(a, 0), F(0, v), F(a, v).
  @Test func byHand() {
    let sets = AGMSets(modalities: 2)
    let responses = sets.responses([
      Self.row([1, 0.2, 0]), Self.row([0.5, 0, 0]), Self.row([2, 0, 0]),
    ])
    expectNumbers(responses, [1.25, 0.1, 0, 0.75, -0.1, 0])
    let scores = AGM.scores(responses, labels: Tensor([0]))
    expectNumbers(scores, [0.471965, 0.641739])
    let ratios = AGM.ratios(scores)
    expectNumbers(ratios, [1.185037, 0.843856])
    let first = AGM.ratios(Tensor([0, 0.0]))
    expectNumbers(
      AGM.coefficients(ratios, first, alpha: 1, cap: 10), [0.831074, 1.168995])
    let reference = AGM.ratios(Tensor([1.0, 1.1]))
    expectNumbers(reference, [1.105171, 0.904837])
    expectNumbers(
      AGM.coefficients(ratios, reference, alpha: 1, cap: 10), [0.923240, 1.062879])
    let coefficients = AGM.coefficients(ratios, reference, alpha: 1.5, cap: 10)
    expectNumbers(coefficients, [0.887099, 1.095787])
    expectNumbers(sets.upstream(coefficients), [-0.104344, 0.104344, 0.991443])
    expectNumbers(
      AGM.updated(Tensor([1.0, 1.1]), with: scores, step: 3), [0.823988, 0.947246])
    expectNumbers(AGM.updated(Tensor([0, 0.0]), with: scores, step: 1), [0.471965, 0.641739])
  }

  /// Three modalities, calculated by hand; sets by their bits: a, v, av, t, at, vt, avt.
  @Test func ofThreeModalities() {
    let sets = AGMSets(modalities: 3)
    #expect(sets.members == [[0], [1], [0, 1], [2], [0, 2], [1, 2], [0, 1, 2]])
    let responses = sets.responses([1, 0.5, 1.2, 2, 2.5, 2.2, 3].map { Self.row([$0, 0]) })
    expectNumbers(responses, [0.8, 0, 0.4, 0, 1.8, 0])
    let scores = AGM.scores(responses, labels: Tensor([0]))
    expectNumbers(scores, [0.371101, 0.513015, 0.152978])
    expectNumbers(AGM.ratios(scores), [0.962613, 0.778041, 1.335199])
    expectNumbers(
      sets.upstream(Tensor([1.2, 2, 0.5])),
      [-0.016667, 0.383333, 0.366667, -0.366667, -0.383333, 0.016667, 1.233333])
  }

  @Test(arguments: 2...5)
  func equalCoefficientsLeaveTheFullPassAlone(modalities: Int) {
    let sets = AGMSets(modalities: modalities)
    let upstream = sets.upstream(.ones([modalities])).floats()
    #expect(upstream == [Float](repeating: 0, count: upstream.count - 1) + [1])
  }

  @Test func responsesSumToTheFullPass() {
    let sets = AGMSets(modalities: 4)
    let generator = Generator(seed: 0)
    let passes = sets.members.map { _ in
      Tensor.normal([3, 5], dtype: .float64, from: generator)
    }
    #expect(isClose(sets.responses(passes).sum(over: [0]), passes[14], tolerance: 1e-14))
  }

  @Test func theCapBoundsTheGrowth() {
    expectNumbers(
      AGM.coefficients(Tensor([0.1]), Tensor([9.0]), alpha: 0.5, cap: 2), [2.718282])
    #expect(
      AGM.scores(Tensor([0, 1000.0], shape: [1, 1, 2]), labels: Tensor([0])).item() < 18.43)
  }

  @Test func threeSteps() throws {
    let steps = try MethodSteps("agm", modalities: ["audio", "text"])
    let configuration = Self.configuration { $0.clipsLargeGradients = false }
    try steps.check(try AGM(configuration, for: steps.setting))
  }

  /// The gradients of the second step are clipped, those of the others are not.
  @Test func threeStepsWithClipping() throws {
    let steps = try MethodSteps("agm_clipped", fusion: .sum)
    try steps.check(try AGM(Self.configuration { $0.alpha = 3 }, for: steps.setting))
  }

  @Test func threeStepsOfAGate() throws {
    let steps = try MethodSteps(
      "agm_gated", fusion: .gated, modalities: ["text", "view", "pose"])
    let configuration = Self.configuration {
      ($0.alpha, $0.cap, $0.clipsLargeGradients) = (2, 0.05, false)
    }
    let method = try AGM(configuration, for: steps.setting)
    try steps.check(method)
    #expect(method.state.last?.tensor.item() == 3)
  }

  /// The released code's clipping: nothing below the bound, norm 1 above it; a bias does not count.
  @Test(arguments: [(0.5, false), (40, true)])
  func clipsWhereTheHeadIsLarge(scale: Double, isClipped: Bool) throws {
    let matrix = Tensor([1, -1, 0.5, 0], shape: [2, 2])
    var gradients = ModelGradients(
      entries: [
        ("encoders.a.w", matrix * 3), ("fusion.w", matrix * scale),
        ("fusion.b", Tensor([5.0, 0])), ("fusion.c", nil),
      ],
      encoders: [0..<1], positions: [:])
    let before = GradientClipping.norm(of: gradients.entries.map(\.gradient)).item()
    gradients.clipWhereHeadIsLarge()
    let after = GradientClipping.norm(of: gradients.entries.map(\.gradient)).item()
    #expect(abs(after - (isClipped ? 1 : before)) < 1e-6)
  }
}
