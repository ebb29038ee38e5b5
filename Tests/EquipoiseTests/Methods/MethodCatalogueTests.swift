// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseTraining

struct MethodCatalogueTests {
  @Test func namesAreUnique() {
    let names = MethodCatalogue.standard.names
    #expect(Set(names).count == names.count)
    #expect(names.contains("joint"))
  }

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
        + "choose one, for example --modalities image")
  }
}
