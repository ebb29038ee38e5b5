// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct MBSDTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout MBSD.Configuration) -> Void
  ) throws -> MBSD {
    var configuration = MBSD.Configuration()
    change(&configuration)
    return try MBSD(configuration, for: setting)
  }

  private func leaves() -> [Tensor] { [HandPair.first.asLeaf(), HandPair.second.asLeaf()] }

  @Test func theSurerTeachesByHand() throws {
    let logits = leaves()
    let pair = MBSD.pair(logits[0], logits[1], HandPair.labels, of: .classification)
    expectNumbers(pair.weight, [0.575044])
    expectNumbers(pair.logits, [1.666667])
    expectNumbers(pair.divergence, [0.779365])
    let loss = (pair.weight * (pair.logits + pair.divergence)).mean()
    expectNumbers(loss, [1.406577])
    let found = gradients(of: [loss], withRespectTo: logits)
    expectNumbers(found[0], [0, 0, 0])
    expectNumbers(found[1], [-1.097402, 0.653410, 0.060630])
  }

  @Test func theBenchmarksTermsByHand() throws {
    let logits = leaves()
    let pair = MBSD.releasedPair(logits[0], logits[1], HandPair.labels, of: .classification)
    expectNumbers(pair.divergence, [-0.495611])
    let loss = (pair.weight * (pair.logits + pair.divergence)).mean()
    expectNumbers(loss, [0.958407 - 0.284998])
    let found = gradients(of: [loss], withRespectTo: logits)
    expectNumbers(found[0], [0.942610, -0.471305, -0.087942])
    expectNumbers(found[1], [-1.090868, 0.620330, 0.087175])
  }

  /// Who comes first makes no difference, and where nobody is right nothing is taught.
  @Test func orderAndRightness() {
    let other = MBSD.pair(HandPair.second, HandPair.first, HandPair.labels, of: .classification)
    expectNumbers(other.weight, [0.575044])
    expectNumbers(other.divergence, [0.779365])
    let wrong = MBSD.pair(
      HandPair.first, HandPair.second, Tensor([2]), of: .classification)
    expectNumbers(wrong.weight, [0])
  }

  /// Each of several labels is a decision of two outcomes: the same as a classification of two.
  @Test func aLabelIsADecision() {
    let (a, b) = (Tensor([1.2], shape: [1, 1]), Tensor([-0.4], shape: [1, 1]))
    let labels = MBSD.pair(a, b, Tensor([1 as Float], shape: [1, 1]), of: .multilabel)
    let classes = MBSD.pair(
      Tensor([1.2, 0], shape: [1, 2]), Tensor([-0.4, 0], shape: [1, 2]), Tensor([0]),
      of: .classification)
    #expect(isClose(labels.weight.reshaped([1]), classes.weight, tolerance: 1e-12))
    #expect(isClose(labels.divergence.reshaped([1]), classes.divergence, tolerance: 1e-12))
  }

  @Test func steps() throws {
    try BalancedSteps.check("mbsd", 2, .concatenation) { try Self.method($0) { _ in } }
    try BalancedSteps.check("mbsd_film", 3, .film) {
      try Self.method($0) {
        ($0.weight, $0.logitWeight, $0.divergenceWeight) = (0.5, 0.25, 2)
      }
    }
    try BalancedSteps.check("mbsd_released", 2, .sum) {
      try Self.method($0) { $0.asReleased = true }
    }
  }
}
