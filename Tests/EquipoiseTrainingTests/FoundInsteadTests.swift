// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseTraining

/// What a command says when it is given the folder of something else.
struct FoundInsteadTests {
  @Test func runsAndDatasetsAreToldApart() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.epochs = 1
    try tiny.train("group/joint/seed-0")
    let (data, group) = (tiny.folder.file("data"), tiny.folder.file("group"))
    let run = group + "/joint/seed-0"
    func saved(_ path: String) -> String? {
      message { _ = try RunConfiguration.saved(in: RunFolder(path)) }
    }
    func opened(_ path: String) -> String? {
      message { _ = try DatasetDescription.read(folder: path) }
    }
    #expect(
      saved(data)
        == "\(data): this is a prepared dataset, not a run; name the folder of a run")
    #expect(
      saved(group) == "\(group): the folder holds no run; name one of its runs, such as \(run)")
    #expect(
      saved(run + "/best.safetensors")
        == "\(run)/best.safetensors: this is a file, not a run; name its folder, \(run)")
    #expect(
      opened(run)
        == "\(run): this is a run, not a prepared dataset; give the folder of a prepared dataset"
    )
    _ = try tiny.folder.write("id,split\n", to: "manifest.csv")
    #expect(
      opened(tiny.folder.path)
        == "\(tiny.folder.path): there is no dataset.json in this folder; prepare it first with "
        + "the recipe 'manifest'")
    _ = try tiny.folder.write("{}", to: "group/comparison.json")
    #expect(
      saved(group)?.hasPrefix("\(group): this is a comparison, not a run; name one of") == true)
  }

  /// One encoder's weights where a whole model's are wanted.
  @Test func anEncoderIsNoModel() throws {
    let tiny = try TinyRun()
    let path = tiny.folder.file("encoder.safetensors")
    let parts = try RunParts(tiny.configuration)
    try parts.model.encoders.modules[0].save(to: path)
    tiny.configuration.model.initialWeights = path
    #expect(
      message { _ = try RunParts(tiny.configuration) }
        == "\(path): the file has no whole model: no name in it begins with 'encoders.'; give one "
        + "encoder's weights to model.encoders.MODALITY.initialWeights")
  }
}
