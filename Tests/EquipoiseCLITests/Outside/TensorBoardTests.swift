// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

/// The real TensorBoard reads what a run writes, also where the run was killed and resumed.
@Suite(.enabled(if: OutsidePython.isInstalled, "needs scripts/setup-outside"))
struct TensorBoardTests {
  @Test func itsInterfaceReturnsTheRecords() throws {
    let folder = try TemporaryFolder()
    let (data, run) = (folder.file("data"), folder.file("run"))
    let prepared = try CommandLineTool.run([
      "prepare", "synthetic", "--out", data, "--set", "train=24", "--set", "test=6", "--set",
      "validation=6",
    ])
    try #require(prepared.status == 0, "\(prepared.errors)")
    func train(_ more: [String] = []) throws {
      let outcome = try CommandLineTool.run(
        [
          "train", "--data", data, "--out", run, "--epochs", "3", "--threads", "1", "--method",
          "aim",
          "--batch-size", "8", "--quiet", "--set", "model.encoders.audio.width=2", "--set",
          "model.encoders.visual.width=2", "--set", "method.decoupling.latentWidth=4",
        ] + more)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    try train(["--max-steps", "4"])
    // As if it had been killed behind the epoch, before the checkpoint that closes it.
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: run).first { $0.contains("tfevents") })
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: run + "/" + name))
    try file.seekToEnd()
    try file.write(contentsOf: Data([1, 2, 3]))
    try file.close()
    try train()
    let events = try FileManager.default.contentsOfDirectory(atPath: run)
      .filter { $0.contains("tfevents") }
    #expect(events == [name])

    let found = try OutsidePython.run("tensorboard_scalars.py", [run])
    let scalars = try #require(found["scalars"] as? [String: [[Double]]])
    let lines = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 3)
    let table = try CSV.read(run + "/metrics.csv")
    #expect(table.rowCount == 3)
    #expect(
      Set(table.header.map { $0.replacing(".", with: "/") }) == Set(scalars.keys).union(["epoch"]))
    for (epoch, line) in lines.enumerated() {
      let record = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let validation = try #require(record["validation"] as? [String: Any])
      let telemetry = try #require(record["telemetry"] as? [String: Any])
      for (tag, value) in [
        ("trainLoss", record["trainLoss"]), ("validation/accuracy", validation["accuracy"]),
        ("telemetry/score/audio/1", telemetry["score.audio.1"]),
      ] {
        let wanted = try #require(value as? Double)
        #expect(scalars[tag]?.count == 3)
        #expect(scalars[tag]?[epoch].map(Float.init) == [Float(epoch), Float(wanted)], "\(tag)")
        let cell = try table.column(tag.replacing("/", with: "."))
        #expect(abs((Double(cell[epoch]) ?? .infinity) - wanted) < 1e-12, "\(tag)")
      }
    }
    let histograms = try #require(found["histograms"] as? [String])
    #expect(
      histograms == [
        "depths/mask/audio", "depths/mask/visual", "depths/score/audio", "depths/score/visual",
      ])
    let images = try #require(found["images"] as? [String: [Int]])
    #expect(images.count == 8)
    // One for each epoch; six classes at 22 pixels each.
    #expect(images["orthogonality/visual/4"] == [3, 132, 132])
  }
}
