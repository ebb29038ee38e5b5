// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Whole runs with OGM-GE.
struct OGMGERunTests {
  private static func configuration(
    _ change: (inout OGMGE.Configuration) -> Void = { _ in }
  ) -> OGMGE.Configuration {
    var configuration = OGMGE.Configuration()
    change(&configuration)
    return configuration
  }

  @Test(arguments: [FusionSection.concatenation, .sum, .film, .gated])
  func withoutStrengthItIsJointTraining(fusion: FusionSection) throws {
    let neutral = Self.configuration { ($0.alpha, $0.noise) = (0, false) }
    try MethodRuns.expectJoint(of: OGMGE.self, neutral, fusion: fusion)
    try MethodRuns.expectEffect(of: OGMGE.self, Self.configuration(), fusion: fusion)
  }

  @Test func outsideTheWindowItIsJointTraining() throws {
    let outside = Self.configuration { $0.window = EpochWindow(first: 3, last: 9) }
    try MethodRuns.expectJoint(of: OGMGE.self, outside)
  }

  @Test func resumes() throws {
    let configuration = Self.configuration { $0.window = EpochWindow(first: 1, last: 1) }
    try MethodRuns.expectResume(of: OGMGE.self, configuration)
  }

  @Test func oneModalityIsRefused() throws {
    #expect(
      try MethodRuns.refusalOfOneModality(OGMGE.self)
        == "method.name: OGM-GE balances modalities and needs two or more, and this model has only "
        + "vector; use 'unimodal', or name more modalities")
  }

  @Test(arguments: [
    ("alpha=-1", "settings: method.alpha is -1.0; expected at least 0.0"),
    ("window.last=-1", "settings: method.window.last is -1; expected at least 0"),
    ("windw.last=1", "settings: unknown key 'method.windw'; did you mean 'window'?"),
  ])
  func settingsOutOfRange(set: String, sentence: String) {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=x", "method.name=ogm-ge", "method." + set], catalogue: .standard)
    }
    #expect(text == sentence)
  }
}
