// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct AMCoTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout AMCo.Configuration) -> Void
  ) throws -> AMCo {
    var configuration = AMCo.Configuration()
    change(&configuration)
    return try AMCo(configuration, for: setting)
  }

  @Test func massesByHand() {
    expectNumbers(AMCo.masses([HandPair.first, HandPair.second]), [0.665544, 0.334456])
    expectNumbers(AMCo.masses([HandPair.second, HandPair.first]), [0.334456, 0.665544])
  }

  @Test func theShareGrowsAsASine() {
    func share(_ step: Int) -> Double {
      AMCo.share(step: step, of: 1000, ramp: 0.3, largest: 0.9)
    }
    let expected = [0: 0, 30: 0.156434, 75: 0.382683, 150: 0.707107, 300: 0.9, 999: 0.9]
    for (step, number) in expected { #expect(abs(share(step) - number) < 1e-6, "\(step)") }
  }

  /// Of equal masses nobody is depended on.
  @Test func equalMassesMaskNothing() throws {
    let hand = try HandModel()
    let method = try Self.method(hand.setting) { $0.heads = .own }
    for (_, parameter) in method.ownParameters { parameter.assign(parameter.leaf.detached() * 0) }
    let features = try method.modulate(hand.features, in: hand.context(step: 1999))
    for (a, b) in zip(features, hand.features) { #expect(isEqual(a, b)) }
  }

  /// About nine tenths of the features of the modality with the larger mass, and none of the other.
  @Test func masksTheModalityDependedOn() throws {
    let golden = try StepGolden("balanced_steps", "amco", fusion: .concatenation)
    let method = try Self.method(golden.setting) { $0.largestShare = 0.5 }
    let features = (0..<2).map { Tensor.ones([400, 8], dtype: .float64) * (10.0 - Double($0) * 9) }
    let context = try golden.context(3)
    let wide = StepContext(
      epoch: 1, step: 0, stepsPerEpoch: 3, globalStep: 3,
      batch: .init(
        inputs: features, labels: Tensor([Int](repeating: 0, count: 400)),
        indices: Array(0..<400)), mode: context.mode)
    let masked = try method.modulate(features, in: wide)
    let kept = zip(masked, features).map { ($0 / $1).mean().item() }
    // 3200 draws of one half: five standard deviations are 0.044.
    #expect(kept.contains(1) && kept.contains { abs($0 - 0.5) < 0.044 }, "\(kept)")
  }

  @Test func steps() throws {
    try BalancedSteps.check("amco", 2, .concatenation) { try Self.method($0) { _ in } }
    try BalancedSteps.check("amco_gated", 3, .gated) {
      try Self.method($0) { ($0.weight, $0.perSample) = (0.5, false) }
    }
  }
}
