// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise export` writes what torchvision's ResNet-18 loads.
@Suite struct ExportCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", folder.file("data"), "--set", "train=12", "--set", "test=6",
      "--set", "validation=6",
    ])
    try #require(prepared.status == 0, "\(prepared.errors)")
  }

  private func run(_ fusion: String) throws -> String {
    let outcome = try CommandLineTool.run([
      "train", "--data", folder.file("data"), "--out", folder.file(fusion), "--max-steps", "0",
      "--threads", "1", "--set", "model.encoders.audio.width=4", "--set",
      "model.encoders.visual.width=4", "--set", "model.fusion=\(fusion)",
    ])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return folder.file(fusion)
  }

  /// The names that torchvision's ResNet-18 has, `fc` included, as References/models.py wrote them.
  private func torchvisionNames() throws -> [String] {
    var golden = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { golden.deleteLastPathComponent() }
    golden.append(path: "EquipoiseModelsTests/Goldens/torchvision_resnets.json")
    let lists = try JSONSerialization.jsonObject(with: Data(contentsOf: golden)) as? [String: Any]
    let entries = try #require(lists?["resnet18"] as? [[Any]])
    return entries.compactMap { $0.first as? String }.sorted()
  }

  @Test(arguments: ["concat", "sum"])
  func namesAreTorchvisions(fusion: String) throws {
    let run = try run(fusion)
    let out = folder.file("visual.safetensors")
    let outcome = try CommandLineTool.run([
      "export", run, "--weights", "last", "--modality", "visual", "--out", out,
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasSuffix("fc is its slice of the logits\n"))
    let file = try SafetensorsFile(path: out)
    let own = file.names.filter { !$0.hasPrefix("fc.") }
    #expect(own == (try torchvisionNames()).filter { !$0.hasPrefix("fc.") })
    #expect(file.names.filter { $0.hasPrefix("fc.") } == ["fc.bias", "fc.weight"])
    // The classifier's columns of the visual features come last.
    let weights = try SafetensorsFile(path: run + "/weights.safetensors")
    let whole = try weights.array(
      fusion == "concat" ? "fusion.fc_out.weight" : "fusion.fc.visual.weight")
    let rows = (0..<6).flatMap { whole.row($0).floats().suffix(32) }
    let exported = try file.array("fc.weight")
    #expect(exported.shape == [6, 32])
    let difference = zip(exported.floats(), rows).map { abs($0 - $1) }.max()
    #expect(try #require(difference) < 1e-6)
    let stem = try weights.array("encoders.visual.conv1.weight").floats()
    #expect(try file.array("conv1.weight").floats() == stem)
  }

  @Test func saysWhatCannotBeExported() throws {
    let run = try run("film")
    let out = folder.file("film.safetensors")
    let whose = try CommandLineTool.run(["export", run, "--weights", "last", "--out", out])
    #expect(whose.status != 0 && whose.errors.contains("--modality: audio, visual"))
    let wrong = try CommandLineTool.run([
      "export", run, "--weights", "last", "--modality", "smell", "--out", out,
    ])
    #expect(wrong.status != 0 && wrong.errors.contains("choose from audio, visual"))
    #expect(!FileManager.default.fileExists(atPath: out))
    let without = try CommandLineTool.run([
      "export", run, "--weights", "last", "--modality", "audio", "--out", out,
    ])
    #expect(without.status == 0, "\(without.errors)")
    #expect(without.output.contains("without fc, for the fusion has no linear slice"))
    #expect(try SafetensorsFile(path: out).names.allSatisfy { !$0.hasPrefix("fc.") })
  }

  /// An exported file tells damage wherever it has got to, to `check` and to `sha256sum`.
  @Test(arguments: ["onnx", "safetensors"])
  func damageIsFound(format: String) throws {
    let out = folder.file("model.\(format)")
    let modality = format == "onnx" ? [] : ["--modality", "visual"]
    let export = ["export", try run("concat"), "--weights", "last", "--format", format] + modality
    #expect(try CommandLineTool.run(export + ["--out", out]).status == 0)
    let whole = try CommandLineTool.run(["check", out])
    #expect(
      whole.status == 0
        && whole.output == "1 files: 1 whole, 0 damaged or missing, 0 without a checksum\n")
    if format == "onnx" {
      #expect(
        try CommandLineTool.run(script: "cd '\(folder.path)' && sha256sum -c model.onnx.sha256")
          .status == 0)
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: out))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: out))
    let damaged = try CommandLineTool.run(["check", out])
    #expect(damaged.status == 1)
    #expect(damaged.output.hasPrefix("\(out): damaged: "))
    // Writing it again is the remedy that is named.
    #expect(damaged.output.contains("export it again"))
    #expect(try CommandLineTool.run(export + ["--out", out]).status == 0)
    #expect(try CommandLineTool.run(["check", out]).status == 0)
  }
}
