// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise import` takes what `equipoise export` and torchvision write.
@Suite struct ImportCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", folder.file("data"), "--set", "train=12", "--set", "test=6",
      "--set", "validation=6",
    ])
    try #require(prepared.status == 0, "\(prepared.errors)")
  }

  private func train(_ name: String, _ more: [String] = []) throws {
    let outcome = try CommandLineTool.run(
      [
        "train", "--data", folder.file("data"), "--out", folder.file(name), "--max-steps", "0",
        "--threads", "1", "--modalities", "visual", "--set", "model.encoders.visual.width=4",
      ] + more)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func exportedWeightsComeBack() throws {
    try train("first", ["--seed", "1"])
    let (exported, imported) = (folder.file("e.safetensors"), folder.file("i.safetensors"))
    let export = try CommandLineTool.run([
      "export", folder.file("first"), "--weights", "last", "--out", exported,
    ])
    #expect(export.status == 0, "\(export.errors)")
    let outcome = try CommandLineTool.run([
      "import", exported, "--channels", "1", "--width", "4", "--out", imported,
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("ignored: fc.bias, fc.weight"))
    try train("second", ["--set", "model.encoders.visual.initialWeights=\(imported)"])
    let name = "encoders.visual.layer4.1.conv2.weight"
    let weights = try ["first", "second"].map {
      try SafetensorsFile(path: folder.file($0) + "/weights.safetensors").array(name).floats()
    }
    #expect(weights[0] == weights[1])
  }

  @Test func anotherArchitectureIsNamed() throws {
    try train("run")
    let (exported, out) = (folder.file("e.safetensors"), folder.file("i.safetensors"))
    let export = try CommandLineTool.run([
      "export", folder.file("run"), "--weights", "last", "--out", exported,
    ])
    #expect(export.status == 0, "\(export.errors)")
    let outcome = try CommandLineTool.run([
      "import", exported, "--type", "resnet34", "--channels", "1", "--width", "4", "--out", out,
    ])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "error: \(exported): the file holds a ResNet-18, and this is ResNet-34, width 4; "
        + "add --type resnet18\n")
    #expect(!FileManager.default.fileExists(atPath: out))
  }
}
