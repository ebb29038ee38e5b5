// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct CGGMTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout CGGM.Configuration) -> Void
  ) throws -> CGGM {
    var configuration = CGGM.Configuration()
    change(&configuration)
    return try CGGM(configuration, for: setting)
  }

  @Test func balanceByHand() {
    expectNumbers(CGGM.balance(Tensor([0.04, 0.01])), [0.2, 0.8])
    expectNumbers(CGGM.balance(Tensor([0.04, -0.01])), [0, 1])
    expectNumbers(CGGM.balance(Tensor([0.03, -0.03])), [0.5, 0.5])
    expectNumbers(CGGM.balance(Tensor([0.04, 0.01, 0.05])), [0.6, 0.9, 0.5])
    expectNumbers(CGGM.balance(Tensor([-0.04, -0.01])), [0.2, 0.8])
    expectNumbers(CGGM.balance(Tensor([0, 0, 0.0])), [2 / 3.0, 2 / 3.0, 2 / 3.0])
  }

  @Test func directionByHand() throws {
    expectNumbers(
      CGGM.directionLoss(Tensor([0.2, 0.8]), cosines: Tensor([0.9, 0.1])), [0.37])
    let hand = try HandModel()
    let own = hand.model.fusion.zeroOutLogits(hand.features)
    func gradient(_ outputs: Tensor, _ modality: Int) -> Tensor {
      CGGM.layerGradient(
        outputs, hand.batch.labels, hand.features[modality], by: .crossEntropy)
    }
    let fused = (0..<2).map { gradient(hand.forward.logits, $0) }
    let alone = (0..<2).map { gradient(own[$0], $0) }
    expectNumbers(fused[0].select(0), [0.401092, 0.901092])
    expectNumbers(alone[0].select(0), [0.177172, 0.453252])
    expectNumbers(fused[1].select(0), [0.703276, -0.098908])
    expectNumbers(alone[1].select(0), [0.716171, -0.200656])
    expectNumbers(
      Tensor.stacked((0..<2).map { CGGM.cosine(fused[$0], alone[$0]) }), [0.998935, 0.991108])
  }

  /// The last layer's gradient is that of the task's loss, whatever the task.
  @Test func layerGradientsAreThoseOfLosses() throws {
    let generator = Generator(seed: 3)
    let features = Tensor.normal([4, 3], dtype: .float64, from: generator)
    let weight = Tensor.normal([2, 3], dtype: .float64, from: generator).asLeaf()
    let labels = Tensor([1.0, 0, 0, 1, 1, 1, 0, 0], shape: [4, 2])
    let scale = TargetScale(means: [0.5, 0.5], deviations: [2, 2], device: .cpu)
    let cases: [(Objective, Tensor, (Tensor) -> Tensor)] = [
      (
        Objective(.multilabel, loss: ElementLoss { $0.binaryCrossEntropies($1) }), labels,
        { $0.binaryCrossEntropies(labels).mean() }
      ),
      (
        Objective(.regression, loss: ElementLoss { $0.squaredErrors($1) }, scale: scale), labels,
        { ($0 - scale.standardised(labels).to(.float64)).power(2).mean() }
      ),
    ]
    for (objective, answers, loss) in cases {
      let outputs = features.linear(weight: weight, bias: nil)
      let expected = gradients(of: [loss(outputs)], withRespectTo: [weight])[0]
      let found = CGGM.layerGradient(outputs, answers, features, by: objective)
      // Standardised targets are of single precision.
      #expect(isClose(found, try #require(expected), tolerance: 1e-6))
    }
  }

  @Test func steps() throws {
    try BalancedSteps.check("cggm", 2, .concatenation) { try Self.method($0) { $0.lambda = 0.3 } }
    try BalancedSteps.check("cggm_gated", 3, .gated) {
      try Self.method($0) { ($0.rho, $0.decay, $0.normalised) = (1, 0.75, true) }
    }
  }

  /// The accuracies of the batch before are all that a checkpoint needs.
  @Test func continuesFromItsState() throws {
    let golden = try StepGolden("balanced_steps", "cggm", fusion: .concatenation)
    let method = try Self.method(golden.setting) { _ in }
    #expect(method.state.isEmpty)
    _ = try BalancedSteps.take(golden.context(0), method, golden.engine(training: method))
    let saved = try #require(method.state.first)
    let other = try Self.method(golden.setting) { _ in }
    try other.restore([saved.name: saved.tensor])
    #expect(isEqual(try #require(other.state.first).tensor, saved.tensor))
    try other.restore([:])
    #expect(other.state.isEmpty)
  }
}
