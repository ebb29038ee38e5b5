// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods

/// Whole runs with PMR.
struct PMRRunTests {
  private static func configuration(
    _ change: (inout PMR.Configuration) -> Void = { _ in }
  ) -> PMR.Configuration {
    var configuration = PMR.Configuration()
    change(&configuration)
    return configuration
  }

  @Test func withoutWeightsItIsJointTraining() throws {
    try MethodRuns.expectJoint(
      of: PMR.self, Self.configuration { ($0.alpha, $0.entropyWeight) = (0, 0) })
    try MethodRuns.expectJoint(
      of: PMR.self, Self.configuration { $0.window = EpochWindow(first: 5, last: 9) })
    try MethodRuns.expectEffect(of: PMR.self, Self.configuration(), fusion: .gated)
  }

  @Test func resumes() throws {
    try MethodRuns.expectResume(of: PMR.self, Self.configuration { $0.entropyEpochs = 2 })
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(PMR.self)
    #expect(text?.contains("PMR balances modalities and needs two or more") == true)
  }
}
