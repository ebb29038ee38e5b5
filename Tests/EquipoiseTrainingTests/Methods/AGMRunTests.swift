// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Whole runs with AGM.
struct AGMRunTests {
  private static func configuration(
    _ change: (inout AGM.Configuration) -> Void = { _ in }
  ) -> AGM.Configuration {
    var configuration = AGM.Configuration()
    change(&configuration)
    return configuration
  }

  @Test func withoutStrengthItIsJointTraining() throws {
    try MethodRuns.expectJoint(
      of: AGM.self, Self.configuration { ($0.alpha, $0.clipsLargeGradients) = (0, false) })
    try MethodRuns.expectJoint(
      of: AGM.self, Self.configuration { $0.window = EpochWindow(first: 3, last: nil) })
  }

  @Test(arguments: [FusionSection.concatenation, .sum, .film, .gated, .cosine()])
  func everyFusion(fusion: FusionSection) throws {
    try MethodRuns.expectEffect(of: AGM.self, Self.configuration(), fusion: fusion)
  }

  @Test func resumes() throws {
    try MethodRuns.expectResume(of: AGM.self, Self.configuration())
    let window = Self.configuration { $0.window = EpochWindow(first: 1, last: 1) }
    try MethodRuns.expectResume(of: AGM.self, window)
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(AGM.self)
    #expect(text?.contains("AGM balances modalities and needs two or more") == true)
  }
}
