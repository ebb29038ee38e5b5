// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Whole runs with losses of single modalities.
struct UnimodalLossesRunTests {
  private static func configuration(_ weight: Double) -> UnimodalLosses.Configuration {
    var configuration = UnimodalLosses.Configuration()
    configuration.weight = weight
    return configuration
  }

  @Test func withoutWeightItIsJointTraining() throws {
    try MethodRuns.expectJoint(of: UnimodalLosses.self, Self.configuration(0))
    try MethodRuns.expectEffect(of: UnimodalLosses.self, Self.configuration(0.5))
  }

  @Test func aWeightBelowZeroIsRefused() {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=x", "method.name=unimodal-losses", "method.weight=-1"],
        catalogue: .standard)
    }
    #expect(text == "settings: method.weight is -1.0; expected at least 0.0")
  }
}
