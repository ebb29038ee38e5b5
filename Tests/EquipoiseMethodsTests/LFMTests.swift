// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct LFMTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout LFM.Configuration) -> Void
  ) throws -> LFM {
    var configuration = LFM.Configuration()
    change(&configuration)
    return try LFM(configuration, for: setting)
  }

  @Test func divergencesByHand() throws {
    let leaf = HandPair.first.asLeaf()
    let found = LFM.divergence(leaf, HandPair.second, .released, of: .classification)
    expectNumbers(found, [0.219176])
    expectNumbers(
      gradients(of: [found], withRespectTo: [leaf])[0], [0.144765, -0.110915, -0.033850])
    expectNumbers(
      LFM.divergence(leaf, HandPair.second, .js, of: .classification), [0.185749])
    let far = [Tensor([20.0, 0, 0], shape: [1, 3]), Tensor([0.0, 20, 0], shape: [1, 3])]
    expectNumbers(LFM.divergence(far[0], far[1], .released, of: .classification), [9.306853])
    expectNumbers(LFM.divergence(far[0], far[1], .js, of: .classification), [0.693147])
    expectNumbers(LFM.divergence(leaf, leaf, .released, of: .classification), [0])
  }

  /// Labels (1, 0, 0) and (0, 0, −2) of docs: the mean of Bernoulli divergences.
  @Test func divergenceOfLabels() {
    let (a, b) = (Tensor([2.0, -1, 0], shape: [1, 3]), Tensor([0.0, 0, -2], shape: [1, 3]))
    expectNumbers(LFM.divergence(a, b, .js, of: .multilabel), [0.069206])
    expectNumbers(LFM.divergence(a, b, .js, of: .regression), [3])
  }

  @Test func thePolynomialByHand() {
    let expected = [0: 0.204624, 50: 0.436681, 100: 0.539155, 150: 0.821314, 199: 0.915989]
    for (epoch, number) in expected {
      #expect(abs(LFM.classificationWeight(at: epoch, of: 200) - number) < 1e-6, "\(epoch)")
    }
    // Above 1 it is 1; half the epochs are stretched to twice their number.
    #expect(LFM.classificationWeight(at: 183, of: 200) == 1)
    #expect(abs(LFM.classificationWeight(at: 25, of: 100) - 0.436681) < 1e-6)
  }

  /// The whole loss of the pair: parts of a sum, whose mean is classified.
  @Test func lossesByHand() throws {
    let weights = [(0, 0.627053), (50, 0.841053)]
    let (a, b, labels) = (HandPair.first, HandPair.second, HandPair.labels)
    let task = ((a + b) / 2).crossEntropy(labels).item()
    #expect(abs(task - 0.680270) < 1e-6)
    for (epoch, number) in weights {
      let alpha = LFM.classificationWeight(at: epoch, of: 200)
      let gap = LFM.divergence(a, b, .released, of: .classification).item()
      #expect(abs(2 * (alpha * task + (1 - alpha) * gap) - number) < 1e-6)
    }
  }

  @Test func steps() throws {
    try BalancedSteps.check("lfm", 2, .sum) { try Self.method($0) { _ in } }
    try BalancedSteps.check("lfm_concat", 3, .concatenation) {
      try Self.method($0) {
        ($0.divergence, $0.average, $0.schedule, $0.alignment) = (.js, false, .fixed, 0.25)
      }
    }
    try BalancedSteps.check("lfm_film", 2, .film) { try Self.method($0) { _ in } }
  }

  /// Inference is of what was trained: the mean of the parts.
  @Test func inferenceIsTheMeanOfTheParts() throws {
    let hand = try HandModel()
    let method = try Self.method(hand.setting) { _ in }
    let logits = try method.fusedLogits(of: hand.features, with: hand.model)
    #expect(isClose(logits, hand.forward.logits / 2, tolerance: 1e-14))
    let plain = try Self.method(hand.setting) { $0.average = false }
    #expect(
      isEqual(
        try plain.fusedLogits(of: hand.features, with: hand.model), hand.forward.logits))
  }
}
