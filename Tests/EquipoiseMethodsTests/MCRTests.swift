// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct MCRTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout MCR.Configuration) -> Void
  ) throws -> MCR {
    var configuration = MCR.Configuration()
    change(&configuration)
    return try MCR(configuration, for: setting)
  }

  private static var swap: PermutedRows { PermutedRows([[[1, 0], [1, 0]]], device: .cpu) }

  @Test func divergencesByHand() throws {
    let hand = try HandModel([2, 0, 0, 1])
    expectNumbers(hand.forward.logits, [2.2, 0.8, -0.3, -0.7])
    let plain = hand.forward.logits
    let sets: [(Set<Int>, Double)] = [([0], 0.069764), ([1], 0.166216), ([0, 1], 0.025045)]
    for (permuted, number) in sets {
      let mixed = hand.features.enumerated().map {
        permuted.contains($0) ? Self.swap.permuted($1, modality: $0) : $1
      }
      let found = Distributions.distance(
        hand.model.fusion.logits(mixed), plain, of: .classification
      ).mean()
      #expect(abs(found.item() - number) < 1e-6)
    }
  }

  @Test(arguments: [
    (
      MCR.Game.independent, -0.023598, [0.006469, -0.006469, -0.006321, 0.006321],
      [-0.007444, 0.007444, 0.010694, -0.010694]
    ),
    (
      .greedy, 0, [0.006878, -0.006878, -0.009980, 0.009980],
      [-0.008921, 0.008921, 0.012023, -0.012023]
    ),
    (
      .collaborative, -0.005009, [-0.004369, 0.004369, 0.005398, -0.005398],
      [-0.004369, 0.004369, 0.005398, -0.005398]
    ),
  ])
  func gamesByHand(game: MCR.Game, value: Double, first: [Double], second: [Double]) throws {
    let hand = try HandModel([2, 0, 0, 1])
    let found =
      CompetitionGame(game, modalities: 2).value(
        hand.features, Self.swap, hand.model.fusion, of: .classification) * 0.1
    #expect(abs(found.item() - value) < 1e-6)
    let gradients = try hand.gradients(of: found)
    expectNumbers(gradients[0], first)
    expectNumbers(gradients[1], second)
  }

  /// In the greedy game what goes through the head cancels.
  @Test func theGreedyHeadStands() throws {
    let hand = try HandModel([2, 0, 0, 1])
    let value = CompetitionGame(.greedy, modalities: 2).value(
      hand.features, Self.swap, hand.model.fusion, of: .classification)
    let head = hand.model.fusion.namedParameters.map(\.parameter.leaf)
    for gradient in gradients(of: [value], withRespectTo: head) {
      #expect((gradient?.magnitude().maximum(over: [0]).magnitude().sum().item() ?? 0) < 1e-12)
    }
  }

  @Test func setsOfThree() {
    let greedy = CompetitionGame(.greedy, modalities: 3).terms
    #expect(greedy.count == 3 * 6)
    #expect(greedy.filter { $0.player == 0 && $0.sign < 0 }.count == 3)
    let all = CompetitionGame(.collaborative, modalities: 3).terms
    #expect(all.allSatisfy { $0.permuted == [0, 1, 2] && $0.sign == -1 })
  }

  @Test func contrastByHand() throws {
    let hand = try HandModel()
    let found = ContrastTerm.value(
      hand.features, hand.batch, of: .classification, temperature: 0.5)
    #expect(abs((found?.item() ?? 0) - 2.008566) < 1e-6)
    let single = Batch(inputs: hand.features, labels: Tensor([1, 1]), indices: [0, 1])
    let none = ContrastTerm.value(
      hand.features, single, of: .classification, temperature: 0.5)
    #expect(abs(none?.item() ?? 1) < 1e-12)
  }

  @Test func similarityOfLabels() {
    let labels = Tensor([1, 1, 0, 0, 1, 1, 0, 0, 0] as [Float], shape: [3, 3])
    expectNumbers(
      ContrastTerm.similarity(labels, .multilabel).to(.float64),
      [1, 1 / 3.0, 0, 1 / 3.0, 1, 0, 0, 0, 0])
  }

  @Test func bottleneckByHand() throws {
    let hand = try HandModel()
    let bottleneck = Bottleneck(hand.setting)
    let weights = [
      Tensor([1, 0, 0, 1.0], shape: [2, 2]), Tensor([1, 0, 0, 1, 1, 1, 0, 0.0], shape: [4, 2]),
    ]
    for (entry, weight) in zip(bottleneck.parameters, weights) { entry.parameter.assign(weight) }
    let found = bottleneck.value(hand.features, hand.forward.logits.detached(), hand.batch)
    expectNumbers(found, [0.82])
  }

  @Test func steps() throws {
    try BalancedSteps.check("mcr", 2, .concatenation) {
      try Self.method($0) { ($0.bottleneckWeight, $0.permutations) = (0.5, 3) }
    }
    try BalancedSteps.check("mcr_gated", 3, .gated) {
      try Self.method($0) {
        ($0.game, $0.gameWeight, $0.permutations) = (.independent, 1, 1)
        ($0.weight, $0.contrastWeight) = (0, 0)
      }
    }
    try BalancedSteps.check("mcr_sum", 3, .sum) {
      try Self.method($0) {
        ($0.game, $0.gameWeight, $0.permutations) = (.collaborative, 0.5, 2)
        ($0.weight, $0.contrastWeight) = (0, 0)
      }
    }
    try BalancedSteps.check("mcr_greedy", 3, .shared) {
      try Self.method($0) {
        ($0.gameWeight, $0.permutations, $0.weight, $0.contrastWeight) = (0.5, 2, 0, 0.5)
      }
    }
  }
}
