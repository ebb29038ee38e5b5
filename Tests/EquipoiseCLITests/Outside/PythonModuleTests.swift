// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// `python/equipoise` writes datasets that the program opens, and reads what the program leaves.
@Suite(.enabled(if: OutsidePython.isInstalled, "needs scripts/setup-outside"))
struct PythonModuleTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func call(_ arguments: [String]) throws {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// But for the last bit, which Foundation's `JSONSerialization` gets wrong in half of the numbers that Python tells.
  private func isSame(_ found: [Double]?, _ expected: [Double]) -> Bool {
    guard let found, found.count == expected.count else { return false }
    return zip(found, expected).allSatisfy { abs($0 - $1) <= $1.ulp }
  }

  @Test func writesDatasets() throws {
    let told = try OutsidePython.run("python_module.py", ["write", folder.path])
    let arrays = try PreparedDataset(folder: folder.file("arrays"))
    #expect(arrays.description.classes == ["a", "b", "c"])
    #expect(arrays.modalities.map(\.name) == ["audio", "picture"])
    #expect(arrays.modalities.map(\.description.kind) == [.vector, .image])
    let (mean, deviation) = (
      try #require(told["mean"] as? [Double]), try #require(told["std"] as? [Double])
    )
    let audio = arrays.modalities[0].description
    for (found, expected) in [(audio.mean, mean), (audio.std, deviation)] {
      // Python's doubles, in the program single precision.
      #expect(zip(found ?? [], expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
      #expect(found?.count == 6)
    }
    let picture = try #require(arrays.modalities[1].description.mean?.first)
    #expect(abs(Double(picture) - (told["pictureMean"] as? Double ?? 0)) < 1e-6)
    #expect(try arrays.samples(.train).classCounts(3) == [4, 4, 4])
    #expect(try arrays.samples(.train).id(of: 3) == "sample 3")
    #expect(try arrays.samples(.validation).groups == [2, 2, 2, 2, 2, 2])
    #expect(try arrays.verify() > 0)

    let samples = try PreparedDataset(folder: folder.file("samples"))
    #expect(samples.description.task == .regression && samples.description.name == "made")
    #expect(samples.description.targets.map(\.name) == ["age", "height"])
    let train = try samples.samples(.train)
    #expect(train.lengths[0] == (0..<12).map { 3 + $0 % 4 } && train.lengths[1] == nil)
    #expect(train.present[1] == (0..<12).map { $0 % 5 != 0 })
    let labels = try PreparedDataset(folder: folder.file("labels"))
    #expect(labels.description.task == .multilabel)
    #expect(labels.modalities[0].description.kind == .spectrogram)
    #expect(labels.modalities[0].description.mean == nil)
    if told["torch"] as? Bool == true {
      #expect(try PreparedDataset(folder: folder.file("torch")).samples(.train).count == 24)
    }
    #expect(
      told["refusals"] as? [String] == [
        "there is no modality", "every split needs 'label', or every one 'target'",
        "split 'train': audio has 24 samples, label has 5 samples",
        "the modality 'a/b': names are ASCII letters, digits, '-' and '_'",
        "'audio' is of type complex64; give one of uint8, int8, int16, int32, float16, float32, float64",
        "labels are numbers from 0 to 1",
        "split 'validation': 'audio' is float32 [3], in 'train' it is float32 [6]",
        "split 'train': 'audio' has numbers that are not finite",
      ])
    let encoders = [
      "arrays": "picture={type: resnet18, width: 4, smallImageStem: true}",
      "samples": "pose={type: conv1d, width: 4, depth: 2}",
    ]
    for (name, encoder) in encoders {
      try call([
        "train", "--data", folder.file(name), "--out", folder.file("run-" + name), "--epochs", "1",
        "--batch-size", "4", "--quiet", "--threads", "1", "--set", "model.encoders." + encoder,
      ])
    }
  }

  @Test func readsRuns() throws {
    let data = folder.file("data")
    try TinyDataset.write(to: data)
    let run = folder.file("runs/seed-3")
    try call(
      ["train", "--data", data, "--out", run, "--epochs", "2", "--seed", "3", "--quiet"]
        + TinyDataset.model)
    let common = ["--data", data, "--epochs", "1", "--jobs", "1", "--quiet"] + TinyDataset.settings
    try call(
      ["compare", "--methods", "joint,ogm", "--seeds", "0,1", "--out", folder.file("compared")]
        + common)
    try call(
      ["sweep", "--methods", "joint", "--grid", "training.batchSize=8,12", "--seeds", "0", "--out"]
        + [folder.file("searched")] + common)
    try call(["features", run, data, "--out", folder.file("F.safetensors")])
    let told = try OutsidePython.run(
      "python_module.py",
      ["read", run, folder.file("compared"), folder.file("searched"), folder.file("F.safetensors")])
    let records = try MetricsRecord.read(run + "/metrics.jsonl")
    let losses = records.compactMap { $0[.validation("loss")] }
    let metrics = try #require(told["metrics"] as? [String: [Any]])
    #expect(metrics["epoch"] as? [Int] == [0, 1] && losses.count == 2)
    #expect(isSame(metrics["validation.loss"] as? [Double], losses))
    #expect(told["method"] as? String == "joint" && told["device"] as? String == "cpu")
    #expect(told["yaml"] as? String == "data:")
    let test = try #require(try RunScores.result(in: RunFolder(run))?.test)
    let runs = try #require(told["runs"] as? [String: [Any]])
    #expect(runs["seed"] as? [Int] == [3])
    #expect(runs["test.accuracy"] as? [Double] == [try #require(test[.accuracy])])
    let compared = try #require(told["comparison"] as? [String: [Any]])
    #expect(
      compared["entry"] as? [String]
        == ["joint", "ogm"].flatMap { [$0, $0] } + ["joint", "ogm"].flatMap { [$0, $0, $0, $0] })
    #expect(
      compared["alone"]?.map { $0 as? String } == [nil, nil, nil, nil]
        + (0..<2).flatMap { _ in ["audio", "audio", "motion", "motion"] })
    #expect(compared["seed"] as? [Int] == (0..<6).flatMap { _ in [0, 1] })
    let searched = try #require(told["search"] as? [String: [Any]])
    #expect(searched["training.batchSize"] as? [Int] == [8, 12])
    #expect(told["width"] as? [Int] == [24, 8])
    #expect((told["ids"] as? [String])?.count == 24)
    #expect(told["classes"] as? [String] == TinyDataset.classes)
    #expect(told["label"] as? [Int] == (0..<24).map { $0 % 3 })
    // With pandas the line of docs/python.md reads the table.
    if told["frames"] as? Bool == true {
      #expect(isSame(told["pandas"] as? [Double], losses))
      #expect(told["kinds"] as? [String] == ["float64", "int64"])
    }
  }

  /// The blocks of docs/python.md run in their order.
  @Test func theDocumentationRuns() throws {
    let page = try #require(Document.all.first { $0.name == "docs/python.md" })
    let frames = try OutsidePython.output(of: [
      "-c", "import importlib.util as u; print(u.find_spec('pandas') is not None)",
    ])
    let hasFrames = String(decoding: frames, as: UTF8.self).hasPrefix("True")
    try FileManager.default.createDirectory(
      atPath: folder.file("runs/joint"), withIntermediateDirectories: true)
    _ = try folder.write("epoch,validation.loss\n0,1.5\n", to: "runs/joint/metrics.csv")
    let blocks = page.blocks("python").filter { hasFrames || !$0.contains("pandas") }
    let path = "import sys\nsys.path.insert(0, '\(Document.path("python"))')\n"
    _ = try OutsidePython.output(
      of: ["-c", path + blocks.joined(separator: "\n")], in: folder.path)
    #expect(try PreparedDataset(folder: folder.file("data/arrays")).samples(.train).count == 40)
    let samples = try PreparedDataset(folder: folder.file("data/samples"))
    #expect(samples.description.task == .regression)
    #expect(try samples.samples(.train).lengths.contains { $0 != nil })
  }
}
