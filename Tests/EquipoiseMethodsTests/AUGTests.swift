// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct AUGTests {
  private static var small: FusionSection {
    var settings = BoostedFusion.Configuration()
    (settings.hidden, settings.layers) = (4, 2)
    return FusionSection(settings)
  }

  private static func method(
    _ setting: MethodSetting, _ change: (inout AUG.Configuration) -> Void = { _ in }
  ) throws -> AUG {
    var configuration = AUG.Configuration()
    change(&configuration)
    return try AUG(configuration, for: setting)
  }

  @Test(arguments: [
    (0.2, 1.858548, [-0.864081, 0.477530, 0.386551]),
    (0.5, 1.737848, [-0.780795, 0.435887, 0.344908]),
  ])
  func lossesByHand(lambda: Double, value: Double, expected: [Double]) {
    let new = Tensor([0.5, 0, 0], shape: [1, 3]).asLeaf()
    let loss = AUG.loss(
      Tensor([1, 0.5, 0], shape: [1, 3]), new, Tensor([0]), by: .crossEntropy, lambda: lambda)
    #expect(abs(loss.item() - value) < 1e-6)
    expectNumbers(gradients(of: [loss], withRespectTo: [new])[0], expected)
  }

  @Test func theWeakerByHand() {
    #expect(AUG.weaker([40, 50], margin: 0.01) == [0])
    #expect(AUG.weaker([40, 30], margin: 0.01) == [1])
    #expect(AUG.weaker([40, 40.2], margin: 0.01) == [])
    #expect(AUG.weaker([40, 0], margin: 0.01) == [1])
    // 3/3, 2/4 and 1/5 of the others: the third is below 0.4.
    #expect(AUG.weaker([3, 2, 1], margin: 0.01) == [2])
  }

  /// Shares 0.4 and 0.6 of (2, 0, 0) and (0, 1, 0).
  @Test func sharesByHand() throws {
    var settings = BoostedFusion.Configuration()
    settings.shares = [0.4, 0.6]
    let fusion = try BoostedFusion(
      [("a", 3), ("v", 3)], classes: 3, settings, from: Generator(seed: 0))
    let features = (0..<2).map { _ in Tensor.normal([2, 3], from: Generator(seed: 1)) }
    let parts = features.indices.map { fusion.base($0, of: features[$0]) }
    #expect(
      isClose(fusion.logits(features), parts[0] * 0.4 + parts[1] * 0.6, tolerance: 1e-6))
    #expect(
      message {
        settings.shares = [1]
        _ = try BoostedFusion(
          [("a", 3), ("v", 3)], classes: 3, settings, from: Generator(seed: 0))
      }?.contains("1 shares for the modalities a, v") == true)
  }

  /// A layer counts from its activation on, and not before.
  @Test func layersThatCount() throws {
    let fusion = try BoostedFusion(
      [("a", 3), ("v", 2)], classes: 2, BoostedFusion.Configuration(), from: Generator(seed: 2))
    let feature = Tensor.normal([4, 3], from: Generator(seed: 3))
    let before = try #require(fusion.slice(0, of: feature))
    #expect(isClose(before, fusion.base(0, of: feature) / 2, tolerance: 1e-6))
    fusion.activate([2, 0])
    let after = try #require(fusion.slice(0, of: feature))
    let added = fusion.added(0, 0, of: feature) + fusion.added(1, 0, of: feature)
    #expect(isClose(after - before, added / 2, tolerance: 1e-5))
  }

  @Test(arguments: [("aug", 0.2, false), ("aug_frozen", 0.5, true)])
  func steps(name: String, lambda: Double, isFrozen: Bool) throws {
    try BalancedSteps.check(name, 2, Self.small) {
      try Self.method($0) {
        ($0.lambda, $0.interval, $0.frozenLayers) = (lambda, 1, isFrozen)
      }
    }
  }

  @Test func otherFusionsAreRefused() throws {
    let setting = try HandModel().setting
    let text = message { _ = try Self.method(setting) }
    #expect(text?.contains("AUG lets classifiers grow") == true)
  }
}
