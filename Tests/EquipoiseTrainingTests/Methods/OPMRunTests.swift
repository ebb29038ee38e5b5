// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Whole runs with OPM.
struct OPMRunTests {
  private static func configuration(
    _ change: (inout OPM.Configuration) -> Void = { _ in }
  ) -> OPM.Configuration {
    var configuration = OPM.Configuration()
    configuration.warmupEpochs = 0
    change(&configuration)
    return configuration
  }

  @Test func withoutDroppingItIsJointTraining() throws {
    try MethodRuns.expectJoint(of: OPM.self, Self.configuration { $0.baseRate = 0 })
    try MethodRuns.expectJoint(of: OPM.self, Self.configuration { $0.probability = 0 })
    try MethodRuns.expectJoint(of: OPM.self, OPM.Configuration())
    try MethodRuns.expectEffect(of: OPM.self, Self.configuration(), fusion: .film)
  }

  @Test(arguments: [false, true])
  func resumes(previousBatch: Bool) throws {
    try MethodRuns.expectResume(
      of: OPM.self, Self.configuration { $0.previousBatch = previousBatch })
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(OPM.self)
    #expect(text?.contains("OPM balances modalities and needs two or more") == true)
  }
}

/// Whole runs with OPM and OGM together.
struct OPMOGMRunTests {
  private static func configuration() -> OPMOGM.Configuration {
    var configuration = OPMOGM.Configuration()
    configuration.opm.warmupEpochs = 0
    configuration.ogm.window = EpochWindow()
    return configuration
  }

  @Test func eachAloneIsItself() throws {
    var withoutDropping = Self.configuration()
    withoutDropping.opm.baseRate = 0
    withoutDropping.ogm.alpha = 0
    withoutDropping.ogm.noise = false
    try MethodRuns.expectJoint(of: OPMOGM.self, withoutDropping)
    try MethodRuns.expectEffect(of: OPMOGM.self, Self.configuration())
  }

  @Test func resumes() throws {
    var configuration = Self.configuration()
    configuration.opm.previousBatch = true
    try MethodRuns.expectResume(of: OPMOGM.self, configuration)
  }

  @Test func settingsAreInTwoSections() throws {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=x", "method.name=opm-ogm", "method.opm.baseRate=2"],
        catalogue: .standard)
    }
    #expect(text == "settings: method.opm.baseRate is 2.0; expected a number from 0.0 to 1.0")
  }
}
