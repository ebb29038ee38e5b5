// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

/// Whole runs with OGM.
struct OGMRunTests {
  private static func configuration(
    _ change: (inout OGM.Configuration) -> Void = { _ in }
  ) -> OGM.Configuration {
    var configuration = OGM.Configuration()
    configuration.window = EpochWindow()
    change(&configuration)
    return configuration
  }

  @Test func withoutStrengthItIsJointTraining() throws {
    let neutral = Self.configuration { ($0.alpha, $0.noise) = (0, false) }
    try MethodRuns.expectJoint(of: OGM.self, neutral)
    try MethodRuns.expectJoint(of: OGM.self, OGM.Configuration())
    try MethodRuns.expectEffect(of: OGM.self, Self.configuration(), fusion: .gated)
  }

  @Test func resumes() throws {
    try MethodRuns.expectResume(of: OGM.self, Self.configuration())
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(OGM.self)
    #expect(text?.contains("OGM balances modalities and needs two or more") == true)
  }
}
