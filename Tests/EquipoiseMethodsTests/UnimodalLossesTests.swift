// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

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
}
