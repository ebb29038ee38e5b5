// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods

/// Whole runs with relearning by diagnosis.
struct DiagnosingRelearningRunTests {
  private func tinyRun(_ change: (inout DiagnosingRelearning.Configuration) -> Void) throws
    -> TinyRun
  {
    let tiny = try TinyRun()
    var configuration = DiagnosingRelearning.Configuration()
    configuration.period = 1
    change(&configuration)
    tiny.configuration.training.epochs = 4
    tiny.configuration.method = MethodSection(DiagnosingRelearning.self, configuration)
    return tiny
  }

  private func weights(_ tiny: TinyRun, _ name: String) throws -> Data {
    try tiny.train(name)
    return try tiny.bytes(name + "/weights.safetensors")
  }

  @Test func withoutStrengthOrDiagnosesItIsJointTraining() throws {
    let still = try tinyRun { $0.lambda = 0 }
    let never = try tinyRun { $0.limit = 0 }
    let found = try weights(still, "still")
    #expect(try weights(never, "never") == found)
    still.configuration.method = MethodSection()
    #expect(try weights(still, "joint") == found)
  }

  @Test func itMakesADifference() throws {
    let tiny = try tinyRun { _ in }
    let found = try weights(tiny, "relearned")
    let record = try #require(try tiny.records("relearned").last?["telemetry"])
    #expect(record.contains("strength.image"))
    tiny.configuration.method = MethodSection()
    #expect(try weights(tiny, "joint") != found)
  }

  /// Before, at and after the diagnoses at steps 8 and 12.
  @Test(arguments: [3, 7, 8, 10, 12, 13])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun { _ in }
    try expectResumption(of: tiny, after: step)
  }
}
