// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise predict` says sample by sample what `equipoise evaluate` counts.
@Suite struct PredictCommandTests {
  private let folder: TemporaryFolder
  private var data: String { folder.file("data") }

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: data)
  }

  private func train(_ name: String, _ extra: [String] = []) throws -> String {
    let outcome = try CommandLineTool.run(
      ["train", "--data", data, "--out", folder.file(name), "--epochs", "2"] + TinyDataset.model
        + extra)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return folder.file(name)
  }

  private struct Line: Decodable {
    let sample: String
    let label: String?
    let predicted: String
    let fused: [String: Double]
    let modalities: [String: [String: Double]]
    let modalitiesBy: String
    let missing: [String]
  }

  private func predict(_ arguments: [String]) throws -> [Line] {
    let outcome = try CommandLineTool.run(["predict"] + arguments + ["--format", "jsonl"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  private func accuracy(_ lines: [Line], _ probabilities: (Line) -> [String: Double]?) -> Double {
    let right = lines.filter { line in
      probabilities(line)?.max { $0.value < $1.value }?.key == line.label
    }
    return Double(right.count) / Double(lines.count)
  }

  @Test(arguments: ["concat", "film"])
  func agreesWithEvaluate(fusion: String) throws {
    let run = try train(
      "run",
      fusion == "film"
        ? ["--set", "model.fusion=film", "--set", "model.encoders.motion.width=4"] : [])
    let scores = try CommandLineTool.run(["evaluate", run, "--format", "json"]).json()
    let reports = try #require(scores["modalities"] as? [String: [String: Any]])
    let lines = try predict([run, data, "--batch-size", "7"])
    #expect(lines.count == 24)
    #expect(abs(accuracy(lines) { $0.fused } - (scores["accuracy"] as? Double ?? -1)) < 1e-9)
    for line in lines {
      #expect(abs(line.fused.values.reduce(0, +) - 1) < 1e-5)
      #expect(line.modalitiesBy == (fusion == "concat" ? "slice" : "zero-out"))
      #expect(line.missing.isEmpty)
    }
    for (name, report) in reports {
      let score = (report["slice"] ?? report["zeroOut"]) as? Double ?? -1
      #expect(abs(accuracy(lines) { $0.modalities[name] } - score) < 1e-9, "\(name)")
    }
  }

  /// A copied run, and a bundle of it, predict the same bytes where the dataset is not; and are exported alike.
  @Test func withoutTheDataset() throws {
    let run = try train("run")
    let shard = try DatasetDescription.read(folder: data).splits[.test]?.first?.file ?? ""
    let file = try SafetensorsFile(path: data + "/" + shard)
    for name in ["audio", "motion"] {
      try NPY.write(file.array(name), to: folder.file(name + ".npy"))
    }
    func call(_ arguments: [String]) throws -> String {
      let outcome = try CommandLineTool.run(arguments)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      return outcome.output
    }
    func predicted(_ run: String) throws -> String {
      try call(
        ["predict", run, "--format", "csv"]
          + ["audio", "motion"].flatMap { ["--input", "\($0)=\(folder.file($0)).npy"] })
    }
    func exported(_ run: String) throws -> Data {
      _ = try call(["export", run, "--format", "onnx", "--out", folder.file("model.onnx")])
      return try Data(contentsOf: URL(fileURLWithPath: folder.file("model.onnx")))
    }
    let (here, model) = (try predicted(run), try exported(run))
    try FileManager.default.copyItem(atPath: run, toPath: folder.file("copy"))
    let bundle = folder.file("one.equipoise")
    #expect(
      try call(["export", run, "--bundle", "--out", bundle]).hasPrefix("\(bundle): the run "))
    for path in [data, run] {
      try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
    }
    for place in [folder.file("copy"), bundle] {
      #expect(try predicted(place) == here)
      #expect(try exported(place) == model)
    }
    let scored = try CommandLineTool.run(["evaluate", bundle, "--data", data + ".away"])
    #expect(scored.status == 0, "\(scored.errors)")
    let lost = try CommandLineTool.run(["evaluate", bundle])
    #expect(
      lost.errors.hasSuffix("the run's dataset is not here; say where it is with --data DIR\n"))
    #expect(try call(["check", bundle]).contains(" 0 damaged or missing"))
    #expect(try call(["check", folder.file("copy")]).contains(" 0 damaged or missing"))
    #expect(try call(["report", folder.file("copy"), "--out", folder.file("page.html")]) != "")
    let page = try String(contentsOfFile: folder.file("page.html"), encoding: .utf8)
    #expect(page.contains("\"classes\":[\"low\",\"middle\",\"high\"]"))
  }

  @Test func missingModalityIsZeroOut() throws {
    let run = try train("run")
    let scores = try CommandLineTool.run(["evaluate", run, "--format", "json"]).json()
    let reports = try #require(scores["modalities"] as? [String: [String: Any]])
    let whole = try predict([run, data])
    let file = try SafetensorsFile(
      path: data + "/"
        + (try DatasetDescription.read(folder: data).splits[.test]?.first?.file ?? ""))
    let audio = folder.file("audio.npy")
    try NPY.write(try file.array("audio"), to: audio)
    let outcome = try CommandLineTool.run(["predict", run, "--input", "audio=" + audio])
    #expect(outcome.errors == "modality 'motion' is missing: its features are zero\n")
    let lines = try predict([run, "--input", "audio=" + audio])
    #expect(lines.count == whole.count)
    var right = 0
    for (line, labelled) in zip(lines, whole) {
      #expect(line.missing == ["motion"] && line.label == nil)
      #expect(Array(line.modalities.keys) == ["audio"])
      if line.predicted == labelled.label { right += 1 }
    }
    let zeroOut = try #require(reports["audio"]?["zeroOut"] as? Double)
    #expect(abs(Double(right) / Double(lines.count) - zeroOut) < 1e-9)
  }

  /// Of a model that learns what stands for a missing modality nothing is zero.
  @Test func missingModalityIsWhatWasLearnedForIt() throws {
    let run = try train("run", ["--set", "model.missing=embedding"])
    let audio = folder.file("audio.npy")
    let file = try DatasetDescription.read(folder: data).splits[.test]?.first?.file ?? ""
    try NPY.write(try SafetensorsFile(path: data + "/" + file).array("audio"), to: audio)
    let outcome = try CommandLineTool.run(["predict", run, "--input", "audio=" + audio])
    #expect(
      outcome.errors
        == "modality 'motion' is missing: what the model has learned for that takes the place of its features\n"
    )
  }

  @Test func oneSampleOrABatchInEveryFormat() throws {
    let run = try train("run")
    let file = try SafetensorsFile(
      path: data + "/"
        + (try DatasetDescription.read(folder: data).splits[.test]?.first?.file ?? ""))
    var one: [String] = []
    var all: [String] = []
    for name in ["audio", "motion"] {
      let array = try file.array(name)
      try NPY.write(array, to: folder.file(name + ".npy"))
      try NPY.write(array.row(0), to: folder.file(name + "-0.npy"))
      all += ["--input", "\(name)=" + folder.file(name + ".npy")]
      one += ["--input", "\(name)=" + folder.file(name + "-0.npy")]
    }
    let single = try #require(try predict([run] + one).first)
    let batch = try predict([run] + all)
    let split = try predict([run, data])
    for (name, probability) in single.fused {
      #expect(abs(probability - (batch[0].fused[name] ?? -1)) < 1e-5)
    }
    #expect(batch.map(\.fused) == split.map(\.fused))
    let out = folder.file("predictions.csv")
    let csv = try CommandLineTool.run(["predict", run, data, "--format", "csv", "--out", out])
    #expect(csv.status == 0 && csv.output.isEmpty, "\(csv.errors)")
    let text = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n")
    #expect(text.count == 25)
    #expect(
      text[0].hasPrefix(
        "sample,label,predicted,fused: low,fused: middle,fused: high,audio slice: low"))
    let table = try CommandLineTool.run(["predict", run, data])
    #expect(table.output.hasPrefix("sample"))
    #expect(table.output.hasSuffix("\nEach modality by its slice.\n"))
  }

  @Test func refusesWhatDoesNotFit() throws {
    let run = try train("run")
    let wrong = folder.file("wrong.npy")
    try NPY.write(HostArray(floats: [1, 2], shape: [2]), to: wrong)
    let infinite = folder.file("infinite.npy")
    try NPY.write(
      HostArray(floats: [.infinity, 0, 0, 0, 0, 0], shape: [6]), to: infinite)
    let out = folder.file("none.csv")
    for (arguments, message) in [
      (["--input", "audio=" + wrong], "but modality 'audio' is float32 [6] or N of them"),
      (["--input", "audio=" + infinite], "is not finite"),
      (["--input", "smell=" + wrong], "the run was not trained on a modality 'smell'"),
      (["--input", "audio=a.wav"], "the dataset was not made from raw media"),
      ([], "give one of: a dataset's folder"),
    ] {
      let outcome = try CommandLineTool.run(["predict", run, "--out", out] + arguments)
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }
}
