// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Whole runs with MMCosine.
struct MMCosineRunTests {
  @Test func itIsJointTrainingOfTheHead() throws {
    try MethodRuns.expectJoint(of: MMCosine.self, MMCosine.Configuration(), fusion: .cosine())
  }

  @Test func resumes() throws {
    try MethodRuns.expectResume(of: MMCosine.self, MMCosine.Configuration(), fusion: .cosine())
  }

  @Test func anotherHeadIsRefused() throws {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(MMCosine.self)
    #expect(
      message { _ = try tiny.run("refused") }
        == "model.fusion: MMCosine is a fusion head, and this model has another: concat, 24 → 2; "
        + "set it to 'cosine'")
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(MMCosine.self)
    #expect(text?.contains("MMCosine balances modalities and needs two or more") == true)
  }

  @Test(arguments: [
    (
      ["model.fusion=cosine", "model.fusion.scale=0"],
      "model.fusion.scale is 0.0; expected a number above 0.0"
    ),
    (
      ["model.fusion.scale=8"],
      "'model.fusion.scale' does not apply to the fusion 'concat'; it belongs to 'cosine'; "
        + "'concat' has no settings"
    ),
  ])
  func scales(sets: [String], part: String) {
    let text = message {
      _ = try RunConfiguration.resolve(sets: ["data=x"] + sets, catalogue: .standard)
    }
    #expect(text?.contains(part) == true, "\(text ?? "no error")")
  }
}
