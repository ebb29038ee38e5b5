// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct SMVTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout SMV.Configuration) -> Void
  ) throws -> SMV {
    var configuration = SMV.Configuration()
    change(&configuration)
    return try SMV(configuration, for: setting)
  }

  /// Which of audio, visual and both are right → values → copies.
  @Test(arguments: [
    ([0, 0, 0], [0, 0], [2, 2]), ([0, 0, 1], [1, 1], [0, 0]), ([0, 1, 0], [-0.5, 0.5], [3, 1]),
    ([0, 1, 1], [0.5, 1.5], [1, 0]), ([1, 0, 0], [0.5, -0.5], [1, 3]),
    ([1, 0, 1], [1.5, 0.5], [0, 1]), ([1, 1, 0], [0, 0], [2, 2]), ([1, 1, 1], [1, 1], [0, 0]),
  ])
  func pairsByHand(right: [Double], values: [Double], copies: [Int]) {
    let found = SampleValues(modalities: 2).values(right.map { [$0] }, sets: [3])[0]
    #expect(zip(found, values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found.map(SMV.copies) == copies)
  }

  /// Right exactly with {1}, {1, 2}, {2, 3} and all.
  @Test func threeByHand() {
    // Sets by bits: 1, 2, 12, 3, 13, 23, 123.
    let right = [1.0, 0, 1, 0, 0, 1, 1].map { [$0] }
    let found = SampleValues(modalities: 3).values(right, sets: [7])[0]
    #expect(zip(found, [1, 1.5, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 }, "\(found)")
    #expect(found.map(SMV.copies) == [0, 0, 1])
  }

  /// The game of a sample that lacks the third modality is that of the first two.
  @Test func whatIsAbsentDoesNotPlay() {
    let values = SampleValues(modalities: 3)
    let right = [1.0, 0, 1, 1, 1, 1, 1].map { [$0] }
    let pair = SampleValues(modalities: 2).values([[1.0], [0], [1]], sets: [3])[0]
    #expect(values.values(right, sets: [3])[0] == pair + [0])
  }

  @Test func theWeakerModalityByHand() {
    let found = SMV.weaker([0.6, 0.3], samples: 100, alpha: 1)
    #expect(found?.modality == 1 && found?.count == 20)
    #expect(SMV.weaker([0.5, 0.5], samples: 100, alpha: 1) == nil)
    #expect(SMV.weaker([0.2, 0.9, 0.4], samples: 100, alpha: 1)?.modality == 0)
  }

  @Test func steps() throws {
    try BalancedSteps.check("smv", 2, .concatenation) {
      try Self.method($0) { $0.warmupEpochs = 0 }
    }
    try BalancedSteps.check("smv_sum", 3, .sum) {
      try Self.method($0) { $0.warmupEpochs = 0 }
    }
  }

  /// Twenty draws among the samples for the weaker modality, and none for the others.
  @Test func copiesOfTheWeakerModality() throws {
    let golden = try StepGolden("balanced_steps", "smv", fusion: .concatenation)
    let method = try Self.method(golden.setting) {
      ($0.warmupEpochs, $0.level, $0.alpha, $0.share) = (0, .modality, 1.5, 1)
    }
    try method.beginEpoch(0, with: golden.engine(training: method))
    let sums = (0..<2).map { modality in method.copies.reduce(0) { $0 + $1[modality] } }
    #expect(method.copies.count == 4 && sums.contains(0))
  }

  @Test func continuesFromItsState() throws {
    let golden = try StepGolden("balanced_steps", "smv", fusion: .concatenation)
    let method = try Self.method(golden.setting) { $0.warmupEpochs = 0 }
    #expect(method.state.isEmpty)
    try method.beginEpoch(0, with: golden.engine(training: method))
    let other = try Self.method(golden.setting) { $0.warmupEpochs = 0 }
    try other.restore(
      Dictionary(uniqueKeysWithValues: method.state.map { ($0.name, $0.tensor) }))
    #expect(other.copies == method.copies && !other.copies.isEmpty)
  }
}
