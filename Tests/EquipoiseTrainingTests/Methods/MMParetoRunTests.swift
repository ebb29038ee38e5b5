// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Whole runs with MMPareto.
struct MMParetoRunTests {
  @Test(arguments: [FusionSection.concatenation, .sum, .film, .gated, .cosine()])
  func everyFusion(fusion: FusionSection) throws {
    try MethodRuns.expectEffect(of: MMPareto.self, MMPareto.Configuration(), fusion: fusion)
  }

  @Test func resumes() throws {
    try MethodRuns.expectResume(of: MMPareto.self, MMPareto.Configuration())
  }

  @Test func oneModalityIsRefused() throws {
    let text = try MethodRuns.refusalOfOneModality(MMPareto.self)
    #expect(text?.contains("MMPareto balances modalities and needs two or more") == true)
  }

  @Test func gammaIsAboveZero() {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=x", "method.name=mmpareto", "method.gamma=0"],
        catalogue: .standard)
    }
    #expect(text == "settings: method.gamma is 0.0; expected a number above 0.0")
  }
}
