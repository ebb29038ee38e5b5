// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise sweep` from end to end.
@Suite(.serialized) struct SweepCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
    try spoilTestSplit()
  }

  /// Makes every number of the test split NaN: whatever reads it fails.
  private func spoilTestSplit() throws {
    let path = folder.file("data") + "/test-00000.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length])
    for name in ["audio", "motion"] {
      let entry = (header as? [String: Any])?[name] as? [String: Any]
      let offsets = try #require(entry?["data_offsets"] as? [Int])
      for start in stride(from: 8 + length + offsets[0], to: 8 + length + offsets[1], by: 4) {
        bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0xC0, 0x7F])
      }
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    // Nor do its checksums, which training verifies, give it away.
    let description = folder.file("data") + "/dataset.json"
    let text = try String(contentsOfFile: description, encoding: .utf8)
    try text.replacing(/,"sha256":\{[^}]*\}/, with: "").write(
      toFile: description, atomically: true, encoding: .utf8)
  }

  private func sweep(_ out: String, _ more: [String]) -> [String] {
    ["sweep", "--data", folder.file("data"), "--methods", "joint,unimodal-losses", "--jobs", "2"]
      + ["--seeds", "0,1", "--epochs", "2", "--out", folder.file(out)] + TinyDataset.settings + more
  }

  /// A key may belong to what another option chooses.
  @Test func searchesAKeyOfAChosenOptimiser() throws {
    let adam = [
      "--set", "training.optimiser.type=adam", "--set", "training.optimiser.learningRate=0.01",
    ]
    let betas = ["--grid", "training.optimiser.betas=[0.9, 0.99],[0.5, 0.9]"]
    let outcome = try CommandLineTool.run(sweep("adam", adam + betas))
    #expect(outcome.status == 0, "\(outcome.errors)")
    for (trial, values) in [("trial-000", "[0.9, 0.99]"), ("trial-001", "[0.5, 0.9]")] {
      let saved = try text("adam/joint/\(trial)/seed-0/config.yaml")
      #expect(saved.contains("type: adam\n") && saved.contains("betas: \(values)\n"))
    }
    let sgd = try CommandLineTool.run(sweep("sgd", betas))
    #expect(sgd.status == 1)
    #expect(
      sgd.errors == """
        error: trial training.optimiser.betas=[0.9, 0.99] of 'joint': 'training.optimiser.betas' does not \
        apply to the optimiser 'sgd'; it belongs to 'adam', 'adamw'; 'sgd' has 'learningRate', 'momentum', \
        'weightDecay'

        """)
  }

  private let grid = ["--grid", "training.optimiser.momentum=0.5,0.9"]

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: folder.file(path), encoding: .utf8)
  }

  @Test func neverTouchesTheTestSplit() throws {
    let outcome = try CommandLineTool.run(sweep("out", grid))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("joint/trial-001"))
    #expect(outcome.output.contains("the test split was not read"))
    for trial in ["joint/trial-000", "unimodal-losses/trial-001"] {
      let result = try JSONSerialization.jsonObject(
        with: Data(text("out/\(trial)/seed-1/result.json").utf8))
      let scores = try #require(result as? [String: Any])
      #expect(scores["validation"] != nil && scores["test"] == nil)
    }
    #expect(try text("out/trials.csv").split(separator: "\n").count == 5)
    try checkWinner()
    let again = try CommandLineTool.run(sweep("out", grid))
    #expect(again.output == outcome.output && again.errors.isEmpty)
  }

  /// The winner's configuration is one for training, which does read the test split.
  private func checkWinner() throws {
    let best = folder.file("out/joint/best.yaml")
    #expect(try text("out/joint/best.yaml").contains("test: true"))
    let trained = try CommandLineTool.run(
      ["train", "--config", best, "--out", folder.file("run"), "--quiet"])
    #expect(trained.status == 1 && trained.errors.contains("not finite"), "\(trained.errors)")
    try TinyDataset.write(to: folder.file("sound"))
    let compared = try CommandLineTool.run(
      ["compare", "--entry", "tuned=\(best)", "--data", folder.file("sound"), "--seeds", "0"]
        + ["--out", folder.file("compared")])
    #expect(compared.status == 0 && compared.output.contains("tuned"), "\(compared.errors)")
  }

  @Test func killedAndRepeatedFindsTheSame() throws {
    let random = ["--random", "training.optimiser.learningRate=1e-3..1e-1(log)", "--trials", "2"]
    let whole = try CommandLineTool.run(sweep("whole", random + ["--format", "json"]))
    #expect(whole.status == 0, "\(whole.errors)")
    let killed = try CommandLineTool.start(sweep("cut", random))
    let first = folder.file("cut/joint/trial-000/seed-0/result.json")
    while !FileManager.default.fileExists(atPath: first), killed.process.isRunning { usleep(2000) }
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.finish()
    #expect(!FileManager.default.fileExists(atPath: folder.file("cut/trials.csv")))
    let repeated = try CommandLineTool.run(sweep("cut", random + ["--format", "json"]))
    #expect(repeated.status == 0 && repeated.output == whole.output, "\(repeated.errors)")
    #expect(try text("cut/trials.csv") == text("whole/trials.csv"))
  }
}
