// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct CMLTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout CML.Configuration) -> Void
  ) throws -> CML {
    var configuration = CML.Configuration()
    change(&configuration)
    return try CML(configuration, for: setting)
  }

  @Test func hingesByHand() throws {
    let hand = try HandModel()
    let all = hand.forward.logits
    let (audio, visual) = (
      hand.model.fusion.zeroOut(keeping: 0, of: hand.features),
      hand.model.fusion.zeroOut(keeping: 1, of: hand.features)
    )
    expectNumbers(CML.confidence(all, of: .classification), [0.802184, 0.802184])
    expectNumbers(CML.confidence(audio, of: .classification), [0.645656, 0.802184])
    expectNumbers(CML.confidence(visual, of: .classification), [0.916827, 0.598688])
    func hinges(_ smaller: Tensor, countsAll: Bool = false) -> Tensor {
      CML.hinges(
        smaller, all, hand.batch.labels, of: .classification, countsAll: countsAll)
    }
    expectNumbers(hinges(audio), [0, 0])
    expectNumbers(hinges(visual), [0.114643, 0])
    // The first sample is wrong in all and right in `audio`: that pair would not count.
    let sure = audio * 10
    #expect(hinges(sure).array(of: Double.self)[0] == 0)
    #expect(hinges(sure, countsAll: true).array(of: Double.self)[0] > 0.19)
  }

  /// Chains that end in one modality for all samples.
  @Test func lossesByHand() throws {
    let hand = try HandModel()
    let labels = hand.batch.labels
    let all = hand.forward.logits
    let expected = [0.624685, 1.221636]
    for (modality, number) in expected.enumerated() {
      let smaller = hand.model.fusion.zeroOut(keeping: modality, of: hand.features)
      let hinge = CML.hinges(smaller, all, labels, of: .classification, countsAll: false)
      let loss =
        (all.crossEntropy(labels) + smaller.crossEntropy(labels)) / 2 + hinge.sum() * 0.1
      #expect(abs(loss.item() - number) < 1e-6)
    }
  }

  /// One modality less in each link, and of each sample's own.
  @Test func chainsLoseOneAtATime() {
    let present = [nil, RowPresence(rows: [0, 2], of: 3), RowPresence(rows: [0], of: 3)]
    let chains = RemovalChains(
      present, samples: 3, from: RandomStream(seed: 1, "chains"), device: .cpu)
    #expect(chains.links.count == 2)
    let kept = chains.links.map { link in
      (0..<3).map { row in link.masks.map { Int($0.floats()[row]) } }
    }
    #expect(chains.links[0].rows?.rows == [0, 2] && chains.links[1].rows?.rows == [0])
    #expect(kept[0][0].reduce(0, +) == 2 && kept[1][0].reduce(0, +) == 1)
    #expect(zip(kept[0][0], kept[1][0]).allSatisfy { $0 >= $1 })
    #expect(kept[0][2].reduce(0, +) == 1 && kept[0][2][2] == 0 && kept[0][1] == [0, 0, 0])
  }

  @Test func steps() throws {
    try BalancedSteps.check("cml", 2, .concatenation) { try Self.method($0) { _ in } }
    try BalancedSteps.check("cml_shared", 3, .shared) {
      try Self.method($0) {
        ($0.lambda, $0.subsets, $0.countsAll, $0.mean) = (2, false, true, true)
      }
    }
  }

  @Test func multipliedModalitiesAreRefused() throws {
    let golden = try StepGolden("balanced_steps", "mbsd_film", modalities: 3, fusion: .film)
    let text = message { _ = try Self.method(golden.setting) { _ in } }
    #expect(text?.contains("trains the fused head with features at zero") == true)
  }
}
