// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise features` writes what the model computes on the way to what `equipoise predict` says.
@Suite struct FeaturesCommandTests {
  private let folder: TemporaryFolder
  private var data: String { folder.file("data") }
  private var run: String { folder.file("run") }

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: data)
    _ = try call(
      ["train", "--data", data, "--out", run, "--epochs", "2", "--quiet"] + TinyDataset.model)
  }

  @discardableResult
  private func call(_ arguments: [String]) throws -> String {
    let outcome = try CommandLineTool.run(arguments)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.output
  }

  @Test func agreesWithPredictions() throws {
    let path = folder.file("F.safetensors")
    let text = try call(["features", run, data, "--depths", "--batch-size", "7", "--out", path])
    #expect(
      text
        == "\(path): features.audio [24, 8], features.audio.1 [24, 8], features.audio.2 [24, 8], features.motion [24, 4], "
        + "features.motion.1 [24, 4], features.motion.2 [24, 4], logits [24, 3]\n")
    let file = try SafetensorsFile(path: path)
    let logits = try file.array("logits").floats()
    let lines = try call(["predict", run, data, "--format", "csv"]).split(separator: "\n")
      .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let labels = try file.array("label").int64s()
    let ids = try file.array("id")
    for (row, line) in lines.enumerated() {
      let own = logits[3 * row..<3 * row + 3].map { exp(Double($0)) }
      for (place, value) in own.enumerated() {
        // Single precision, by two ways.
        #expect(abs(value / own.reduce(0, +) - (Double(line[3 + place]) ?? -1)) < 1e-5)
      }
      #expect(line[1] == TinyDataset.classes[Int(labels[row])])
      let name = ids.row(row).withUnsafeBytes {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      #expect(name == line[0])
    }
    // A perceptron's features are its last block's output, a convolution's the mean of that over time.
    for name in ["audio", "motion"] {
      let features = try file.array("features." + name).floats()
      let last = try file.array("features.\(name).2").floats()
      #expect(zip(features, last).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name)")
    }
    #expect(file.metadata["classes"] == "low\nmiddle\nhigh" && file.metadata["run"] == run)
    #expect(try call(["check", path]).contains(" 0 damaged or missing, 0 without"))
  }

  @Test func arraysAreTheSame() throws {
    let (path, arrays) = (folder.file("F.safetensors"), folder.file("arrays"))
    try call(["features", run, data, "--split", "train", "--out", path])
    try call(["features", run, data, "--split", "train", "--format", "npy", "--out", arrays])
    let file = try SafetensorsFile(path: path)
    let names = try FileManager.default.contentsOfDirectory(atPath: arrays).sorted()
    #expect(
      names == ["features.audio", "features.motion", "id", "label", "logits"].map { $0 + ".npy" })
    for name in file.names {
      let array = try NPY.read("\(arrays)/\(name).npy")
      #expect(array.shape == (try file.array(name).shape))
      #expect(
        array.withUnsafeBytes { Data($0) } == (try file.array(name)).withUnsafeBytes { Data($0) })
    }
  }

  /// Of a modality that the samples lack there are no features, and without labels none.
  @Test func arraysGoThroughABundle() throws {
    let shard = try DatasetDescription.read(folder: data).splits[.test]?.first?.file ?? ""
    try NPY.write(
      SafetensorsFile(path: data + "/" + shard).array("audio"), to: folder.file("audio.npy"))
    try call(["export", run, "--bundle", "--out", folder.file("one.equipoise")])
    try call(["features", run, data, "--out", folder.file("whole.safetensors")])
    try FileManager.default.moveItem(atPath: data, toPath: data + ".away")
    try call([
      "features", folder.file("one.equipoise"), "--input", "audio=" + folder.file("audio.npy"),
      "--out", folder.file("part.safetensors"),
    ])
    let part = try SafetensorsFile(path: folder.file("part.safetensors"))
    #expect(part.names == ["features.audio", "id", "logits"])
    let whole = try SafetensorsFile(path: folder.file("whole.safetensors"))
    #expect(
      try part.array("features.audio").floats() == whole.array("features.audio").floats())
  }

  @Test func theReportDrawsThem() throws {
    let path = folder.file("F.safetensors")
    try call(["features", run, data, "--out", path])
    try call(["report", run, path, "--out", folder.file("page.html")])
    let page = try String(contentsOfFile: folder.file("page.html"), encoding: .utf8)
    let start = try #require(page.range(of: "id=\"data\">")?.upperBound)
    let text = page[start...].prefix { $0 != "<" }
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let files = try #require(json?["features"] as? [[String: Any]])
    let panels = try #require(files.first?["panels"] as? [[String: Any]])
    #expect(files.first?["classes"] as? [String] == TinyDataset.classes)
    #expect(panels.map { $0["name"] as? String } == ["audio", "motion"])
    for panel in panels {
      for key in ["principal", "neighbours"] {
        let points = try #require(panel[key] as? [[Double]])
        #expect(points.count == 24 && points.allSatisfy { $0.count == 2 })
        #expect(Set(points).count > 12, "\(key)")
      }
      #expect((panel["labels"] as? [Int])?.count == 24)
    }
    // A file alone has no runs to speak of.
    let bare = try CommandLineTool.run(["report", path, "--out", folder.file("bare.html")])
    #expect(bare.status == 0, "\(bare.errors)")
  }

  @Test func mistakes() throws {
    let none = try CommandLineTool.run(["features", run, "--out", folder.file("x.safetensors")])
    #expect(none.status == 64)
    #expect(none.errors.contains("give one of: a dataset's folder, --input"), "\(none.errors)")
  }
}
