// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseSettings

/// Whole runs with MLA.
struct MLARunTests {
  private func tinyRun() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(MLA.self)
    tiny.configuration.model.fusion = .shared
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(width: 16)
    return tiny
  }

  @Test(arguments: [1, 3, 5])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun()
    try expectResumption(of: tiny, after: step)
  }

  @Test func alternationOfOneModalityIsUnimodalTraining() throws {
    let tiny = try TinyRun()
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    tiny.configuration.method = MethodSection(Unimodal.self)
    try tiny.train("unimodal")
    tiny.configuration.method = MethodSection(MLA.self)
    try tiny.train("mla")
    #expect(try tiny.bytes("mla/weights.safetensors") == tiny.bytes("unimodal/weights.safetensors"))
  }

  @Test func evaluationFusesSetsOfModalitiesItsOwnWay() throws {
    let report = try tinyRun().run("run").parts.evaluate(.test)
    #expect(report.shapley?.accuracies["image+vector"] == report.accuracy)
  }

  @Test func aHeadThatIsNotSharedIsRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.model.fusion = .gated
    let text = message { _ = try tiny.run("run") }
    #expect(
      text
        == "model.fusion: MLA trains one classifier that all modalities share, which the model's "
        + "fusion (gated, 16 gates 16 → 2) does not have; set model.fusion=shared")
  }

  @Test func widthsThatDifferAreRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.model.encoders["vector"] = TinyRun.vector()
    let text = message { _ = try tiny.run("run") }
    #expect(
      text
        == "model.fusion: the fusion 'shared' needs features of one width from every encoder, not "
        + "image 16, vector 8; set the encoders' widths so that they agree")
  }
}
