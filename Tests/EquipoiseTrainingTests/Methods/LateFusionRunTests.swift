// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Whole runs with late fusion.
struct LateFusionRunTests {
  private func tinyRun() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(LateFusion.self, LateFusion.Configuration())
    tiny.configuration.model.fusion = .sum
    return tiny
  }

  /// The first modality's classifier starts like that of its unimodal model.
  @Test func eachModalityLearnsAsItDoesAlone() throws {
    let tiny = try tinyRun()
    try tiny.train("together")
    tiny.configuration.method = MethodSection(Unimodal.self)
    tiny.configuration.modalities = ["image"]
    tiny.configuration.model.encoders["vector"] = nil
    try tiny.train("alone")
    let together = try TensorFile(path: tiny.folder.file("together/weights.safetensors"))
    let alone = try TensorFile(path: tiny.folder.file("alone/weights.safetensors"))
    for name in alone.names {
      let own = name.replacing("fusion.fc_out.", with: "fusion.fc.image.")
      #expect(try together.tensor(own).floats() == alone.tensor(name).floats(), "\(name)")
    }
  }

  @Test(arguments: [2, 5])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun()
    try expectResumption(of: tiny, after: step)
  }

  @Test func modalitiesThatMeetAreRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.model.fusion = .concatenation
    #expect(
      message { _ = try tiny.run("run") }
        == "model.fusion: late fusion trains a classifier for each modality, which the model's "
        + "fusion (concat, 24 → 2) does not have; set model.fusion=sum")
    tiny.configuration.model.fusion = .sum
    tiny.configuration.model.coupling = .mmtm
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    #expect(
      message { _ = try tiny.run("run") }
        == "model.coupling: late fusion trains each encoder alone, and MMTM modules join them; "
        + "set model.coupling=none")
  }
}
