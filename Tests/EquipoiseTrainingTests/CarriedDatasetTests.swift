// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseKit
import EquipoiseMethods
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseTraining

/// What a run carries of its dataset stands for it where it is not.
struct CarriedDatasetTests {
  private func removeData(of tiny: TinyRun) throws {
    try FileManager.default.removeItem(atPath: tiny.configuration.data)
  }

  private func answer(_ parts: RunParts) throws -> [Float] {
    let inputs = [
      RaggedBatch(Tensor((0..<128).map { Float($0) / 64 }, shape: [2, 1, 8, 8])),
      RaggedBatch(Tensor((0..<10).map { Float($0) / 5 }, shape: [2, 5])),
    ]
    return try withoutGradient { try parts.inference.answer(to: inputs).fused.floats() }
  }

  /// Methods that fuse in their own way do so elsewhere, too.
  @Test(arguments: ["joint", "late-fusion"])
  func answersAlike(method: String) throws {
    let tiny = try TinyRun()
    if method == "late-fusion" {
      tiny.configuration.method = MethodSection(LateFusion.self)
      tiny.configuration.model.fusion = .init(SumFusion.Configuration())
    }
    try tiny.train("run")
    let folder = RunFolder(tiny.folder.file("run"))
    let whole = try RunParts.trained(in: folder)
    let here = try answer(whole)
    try RunBundle.write(folder, whole, weights: .best, to: tiny.folder.file("one.equipoise"))
    try removeData(of: tiny)
    let carried = try RunParts.trained(in: folder, needing: .description)
    #expect(try answer(carried) == here)
    #expect(carried.dataset.description == whole.dataset.description)
    #expect(carried.datasetFingerprint == whole.datasetFingerprint)
    let bundle = RunFolder(tiny.folder.file("one.equipoise"))
    #expect(try answer(RunParts.trained(in: bundle, needing: .description)) == here)
  }

  @Test func samplesAreAskedForByName() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    try removeData(of: tiny)
    let folder = RunFolder(tiny.folder.file("run"))
    let text = message { _ = try RunParts.trained(in: folder) }
    #expect(
      text
        == "\(tiny.configuration.data): the run's dataset is not here; say where it is with data=DIR"
    )
    let parts = try RunParts.trained(in: folder, needing: .description)
    let evaluated = message { _ = try parts.evaluate(.test) }
    #expect(
      evaluated == "\(folder.dataset): the run's dataset is not here; say where it is with data=DIR"
    )
  }

  /// Of runs that former versions made the dataset itself is read.
  @Test func aRunThatCarriesNothing() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let folder = RunFolder(tiny.folder.file("run"))
    let here = try answer(RunParts.trained(in: folder))
    try FileManager.default.removeItem(atPath: folder.dataset)
    #expect(try answer(RunParts.trained(in: folder, needing: .description)) == here)
    try removeData(of: tiny)
    #expect(message { _ = try RunParts.trained(in: folder, needing: .description) } != nil)
  }

  @Test func damageAndLaterFormsAreNamed() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let folder = RunFolder(tiny.folder.file("run"))
    let path = folder.dataset + "/statistics.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try Data(text.replacing("14", with: "15").utf8).write(to: URL(fileURLWithPath: path))
    let changed = message { _ = try RunParts.trained(in: folder, needing: .description) }
    #expect(changed?.hasPrefix("\(path): its checksum is not the one in SHA256SUMS") == true)
    try FileManager.default.removeItem(atPath: folder.path + "/SHA256SUMS")
    try Data(text.replacing("\"version\" : 1", with: "\"version\" : 2").utf8)
      .write(to: URL(fileURLWithPath: path))
    let later = message { _ = try RunParts.trained(in: folder, needing: .description) }
    #expect(later?.contains("of version 2, and this program knows up to 1") == true)
  }

  @Test func bundlesSayWhatTheyAre() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let folder = RunFolder(tiny.folder.file("run"))
    let path = tiny.folder.file("one.safetensors")
    try RunBundle.write(folder, RunParts.trained(in: folder), weights: .best, to: path)
    let bundle = RunFolder(path)
    #expect(
      message { _ = try RunParts.trained(in: bundle, weights: .last) }
        == "\(path): the bundle has the best weights alone; use weights=best")
    // Elsewhere a bundle's bundle is the same.
    let again = tiny.folder.file("two.safetensors")
    let parts = try RunParts.trained(in: bundle, needing: .description)
    try RunBundle.write(bundle, parts, weights: .best, to: again)
    #expect(try tiny.bytes("two.safetensors") == tiny.bytes("one.safetensors"))
    var bytes = try tiny.bytes("one.safetensors")
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(message { _ = try RunParts.trained(in: bundle) }?.contains("checksum") == true)
    // Other files are no runs.
    let other = message { _ = try RunParts.trained(in: RunFolder(folder.best)) }
    #expect(other?.contains("this is a file, not a run; name its folder") == true)
  }
}
