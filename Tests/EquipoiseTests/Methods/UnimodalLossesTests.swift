// SPDX-License-Identifier: Apache-2.0
import Testing

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

struct UnimodalLossesTests {
  private static func configuration(_ weight: Double) -> UnimodalLosses.Configuration {
    var configuration = UnimodalLosses.Configuration()
    configuration.weight = weight
    return configuration
  }

  /// Exact parts of two and of three modalities, and logits with the other features at zero:
  /// References/unimodal_losses_step.py.
  @Test(arguments: [
    ("concat", 2, FusionSection.concatenation, 1.0), ("sum", 3, .sum, 0.25),
    ("film", 3, .film, 0.5),
  ])
  func stepsAreTheReferences(
    name: String, modalities: Int, fusion: FusionSection, weight: Double
  ) throws {
    let golden = try StepGolden(
      "unimodal_losses_steps", name, modalities: modalities, fusion: fusion)
    let method = UnimodalLosses(Self.configuration(weight), for: golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method, StandardStep(method, engine: engine).run)
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
    #expect(text == "--set: method.weight is -1.0; expected at least 0.0")
  }
}
