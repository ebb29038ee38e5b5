// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// The method that a run is asked for.
struct MethodChoiceTests {
  @Test func aMisspeltMethodIsAnErrorWithASuggestion() {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=x", "method.name=jiont"], catalogue: .standard)
    }
    #expect(text?.contains("did you mean 'joint'?") == true, "\(text ?? "no error")")
  }

  @Test func unimodalTrainingTakesOneModality() throws {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(Unimodal.self)
    let text = message { _ = try tiny.run("run") }
    #expect(
      text
        == "modalities: unimodal training takes one modality, and this model has image, vector; "
        + "choose one, for example modalities=image")
  }
}
