// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// Exported models with encoders of every family, run by onnxruntime, say what `equipoise predict` says.
@Suite(.serialized, .enabled(if: OutsidePython.isInstalled, "needs scripts/setup-outside"))
struct PretrainedONNXTests {
  /// Networks whose weights the tests of EquipoisePretrained have, with what each is given.
  private static let models: [String: (shape: [Int], kind: ModalityKind, names: [String])] = [
    "tokens": ([7], .vector, ["bert", "roberta", "distilbert", "clip"]),
    "pictures": (
      [3, 8, 8], .image,
      ["vit", "deit", "dinov2", "dinov2_registers", "siglip", "timm_vit", "torchvision_vit"]
    ),
    "stages": (
      [3, 32, 33], .image,
      [
        "timm_resnet", "torchvision_resnet", "timm_convnext", "torchvision_convnext", "convnext",
      ]
    ), "waves": ([70, 1], .sequence, ["wav2vec2", "wav2vec2_stable", "hubert", "wavlm"]),
    "spectrograms": ([1, 10, 14], .spectrogram, ["ast"]),
    "videos": ([4, 3, 8, 8], .video, ["videomae", "videomae_norm"]),
    "frames": ([2, 3, 10, 12], .video, ["vit", "dinov2_registers"]),
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static var fixtures: String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appending(path: "EquipoisePretrainedTests/Fixtures").path
  }

  private func equipoise(_ arguments: [String]) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private func sample(_ index: Int, _ model: String, _ part: String) -> PreparedSample {
    let (shape, kind, names) = Self.models[model] ?? ([], .vector, [])
    var sample = PreparedSample(
      inputs: names.map { name in
        var stream = RandomStream(seed: UInt64(index), part, name)
        let count = shape.reduce(1, *)
        let length = lengths(index)
        return HostArray(
          floats: (0..<count).map { place in
            switch model {
            // The last id is the end of CLIP's texts.
            case "tokens": place == 6 ? 22 : Float(1 + Int(stream.uniform() * 20))
            case "waves" where place >= length: .nan
            default: Float(stream.uniform()) * 4 - 2
            }
          }, shape: shape)
      }, label: index % 3, id: "s\(index)")
    if kind == .sequence { for name in names { sample.lengths[name] = lengths(index) } }
    return sample
  }

  private func lengths(_ index: Int) -> Int { 20 + index * 17 % 51 }

  private func prepare(_ model: String) throws {
    let (shape, kind, names) = Self.models[model] ?? ([], .vector, [])
    let writer = try DatasetWriter(
      folder: folder.file("data"),
      description: DatasetDescription(
        name: model, classes: ["a", "b", "c"],
        modalities: Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, ModalityDescription(kind: kind, shape: shape, type: .float32))
          })), lengths: kind == .sequence ? Set(names) : [])
    for (split, count) in [(Split.train, 8), (.validation, 4), (.test, 5)] {
      for index in 0..<count {
        var sample = sample(index, model, split.rawValue)
        let order = names.indices.sorted { names[$0] < names[$1] }
        sample.inputs = order.map { sample.inputs[$0] }
        try writer.append(sample, to: split)
      }
    }
    try writer.finish()
  }

  @Test(arguments: models.keys.sorted())
  func onnxruntimeAgrees(model: String) throws {
    try prepare(model)
    let (shape, kind, given) = Self.models[model] ?? ([], .vector, [])
    let names = given.sorted()
    let run = folder.file("run")
    let encoders = names.map { name in
      let depths = model == "stages" ? 4 : 2
      return "\(name): {type: pretrained, path: \(Self.fixtures)/\(name), depths: \(depths)}"
    }
    _ = try equipoise([
      "train", "--data", folder.file("data"), "--out", run, "--max-steps", "2", "--threads", "1",
      "--batch-size", "4", "--quiet", "--learning-rate", "0.001", "--set",
      "model.encoders={\(encoders.joined(separator: ", "))}",
    ])
    _ = try equipoise([
      "export", run, "--weights", "last", "--format", "onnx", "--out", run + ".onnx",
    ])
    let samples = (0..<5).map { sample($0, model, "test") }
    var files: [String] = []
    for name in names {
      let place = try #require(given.firstIndex(of: name))
      try NPY.write(
        HostArray(floats: samples.flatMap { $0.inputs[place].floats() }, shape: [5] + shape),
        to: folder.file(name + ".npy"))
      files.append("\(name)=\(folder.file(name + ".npy"))")
      guard kind == .sequence else { continue }
      try NPY.write(
        HostArray(int64s: samples.indices.map { Int64(lengths($0)) }, shape: [5]),
        to: folder.file(name + ".length.npy"))
      files.append("\(name).length=\(folder.file(name + ".length.npy"))")
    }
    let found = try OutsidePython.run(
      "onnx_probabilities.py", [run + ".onnx"] + files + ["--batch", "3"])
    let predicted = try equipoise([
      "predict", run, "--weights", "last", "--format", "jsonl", folder.file("data"),
    ]).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    try expect(found, predicted, names)
  }

  private func expect(
    _ found: [String: Any], _ predicted: [[String: Any]], _ names: [String]
  ) throws {
    #expect(predicted.count == 5)
    for name in ["fused"] + (names.count > 1 ? names : []) {
      let key = name == "fused" ? "probabilities" : "probabilities_\(name)"
      let rows = try #require(found[key] as? [[Double]], "\(name)")
      #expect(rows.count == 5)
      for (row, line) in zip(rows, predicted) {
        let section = name == "fused" ? line : line["modalities"] as? [String: Any]
        let wanted = try #require(section?[name] as? [String: Double])
        let difference = zip(row, ["a", "b", "c"]).map { abs($0 - (wanted[$1] ?? .infinity)) }
        #expect(try #require(difference.max()) < 1e-4, "\(name)")
      }
    }
  }
}
