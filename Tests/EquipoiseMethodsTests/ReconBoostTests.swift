// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct ReconBoostTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout ReconBoost.Configuration) -> Void
  ) throws -> ReconBoost {
    var configuration = ReconBoost.Configuration()
    change(&configuration)
    return try ReconBoost(configuration, for: setting)
  }

  /// Four turns of one modality, four epochs of all, and then the next modality.
  @Test func turns() {
    let players = (0..<20).map {
      ReconBoost.player(at: $0, boosting: 2, rectification: 3, modalities: 2)
    }
    #expect(players[..<5] == [0, 0, nil, nil, nil])
    #expect(players[5..<10] == [1, 1, nil, nil, nil])
    #expect(players[10] == 0)
    #expect(
      ReconBoost.player(at: 7, boosting: 0, rectification: 1, modalities: 2) == nil)
  }

  /// q = (0.7, 0.2, 0.1), ℓ_m = (1, 0, 0), the first class.
  @Test(arguments: [
    (0.2, 0.381156, [-0.399106, 0.209553, 0.189553]),
    (0.5, 0.125722, [-0.361942, 0.205971, 0.155971]),
    (1.0, -0.300000, [-0.3, 0.2, 0.1]),
  ])
  func residualsByHand(lambda: Double, value: Double, expected: [Double]) throws {
    let (loss, found) = try Self.boosted(lambda, .residual)
    #expect(abs(loss - value) < 1e-6)
    expectNumbers(found, expected)
  }

  /// The released code's w_1 = 5 and w_2 = 1, without its factor 5/3: 0.790404 · 3/5.
  @Test func labelsByHand() throws {
    let (loss, found) = try Self.boosted(0.2, .label)
    #expect(abs(loss - 0.790404 * 3 / 5) < 1e-6)
    expectNumbers(
      found.map { $0 * (5 / 3.0) }, [-0.607566, 0.303783, 0.303783])
    #expect(abs(try Self.boosted(0.25, .label).0 - 0.606589 * 3 / 4) < 1e-6)
  }

  private static func boosted(
    _ lambda: Double, _ form: ReconBoost.Form
  ) throws -> (Double, Tensor?) {
    let own = Tensor([1.0, 0, 0], shape: [1, 3]).asLeaf()
    let others = Tensor([0.7, 0.2, 0.1], shape: [1, 3]).log()
    let (loss, factor) = ReconBoost.boosted(
      own, others, Tensor([0]), by: .crossEntropy, lambda: lambda, form: form)
    #expect(abs(factor.item() - (1 - 0.7 * lambda)) < 1e-9)
    return (loss.item(), gradients(of: [loss], withRespectTo: [own])[0])
  }

  /// A label is a classification of two, and a number is boosted by what is left over of it.
  @Test func otherTasks() throws {
    let (own, others) = (
      Tensor([0.8, -0.3], shape: [2, 1]), Tensor([1.5, 0.2], shape: [2, 1])
    )
    let labels = Tensor([1, 0] as [Float], shape: [2, 1])
    let multilabel = Objective(
      .multilabel, loss: ElementLoss { $0.binaryCrossEntropies($1) })
    for form in [ReconBoost.Form.label, .residual] {
      let found = ReconBoost.boosted(
        own, others, labels, by: multilabel, lambda: 0.5, form: form)
      let zeros = own.zerosLike()
      let two = ReconBoost.boosted(
        .concatenated([own, zeros], dimension: 1), .concatenated([others, zeros], dimension: 1),
        Tensor([0, 1]), by: .crossEntropy, lambda: 0.5, form: form)
      #expect(abs(found.loss.item() - two.loss.item()) < 1e-12)
      #expect(abs(found.factor.item() - two.factor.item()) < 1e-12)
    }
    let regression = Objective(
      .regression, loss: ElementLoss { $0.squaredErrors($1) },
      scale: TargetScale(means: [0], deviations: [1], device: .cpu))
    let left = ReconBoost.boosted(
      own, others, labels, by: regression, lambda: 0.5, form: .label)
    // (0.8 − (1 − 1.5))² = 1.69 and (−0.3 − (0 − 0.2))² = 0.01.
    #expect(abs(left.loss.item() - 0.85) < 1e-6)
  }

  @Test func steps() throws {
    try BalancedSteps.check("reconboost", 2, .sum) {
      try Self.method($0) { ($0.boostingEpochs, $0.rectificationEpochs) = (1, 0) }
    }
    try BalancedSteps.check("reconboost_shared", 3, .shared) {
      try Self.method($0) {
        ($0.boostingEpochs, $0.rectificationEpochs, $0.lambda) = (1, 1, 0.5)
        $0.form = .residual
      }
    }
  }

  /// What stands still stands: nothing of the other encoders moves, nor their running statistics.
  @Test func theOthersStandStill() throws {
    let golden = try StepGolden("balanced_steps", "reconboost", fusion: .sum)
    let method = try Self.method(golden.setting) { _ in }
    let engine = try golden.engine(training: method)
    let before = golden.model.state.map { ($0.name, $0.tensor.cloned()) }
    let start = try golden.context(0)
    let late = StepContext(
      epoch: 8, step: 0, stepsPerEpoch: 3, globalStep: 24, batch: start.batch, mode: start.mode)
    _ = try method.step(in: late, with: engine)
    for ((name, old), new) in zip(before, golden.model.state.map(\.tensor)) {
      let isPlayers = name.contains(".text.")
      #expect(isEqual(old, new) != isPlayers, "\(name)")
    }
  }

  @Test func otherFusionsAreRefused() throws {
    let setting = try HandModel().setting
    let text = message { _ = try Self.method(setting) { _ in } }
    #expect(text?.contains("adds up what each modality's own classifier says") == true)
  }
}
