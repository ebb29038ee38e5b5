// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

@Suite struct TrainCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var data: String { folder.file("data") }
  private var run: String { folder.file("run") }

  private func train(_ arguments: [String], out: String? = nil) throws -> CommandLineTool.Outcome {
    try CommandLineTool.run(
      ["train", "--data", data, "--out", out ?? run] + TinyDataset.model + arguments)
  }

  @Test func trainsEvaluatesAndInspects() throws {
    try TinyDataset.write(to: data)
    let trained = try train(["--method", "joint", "--epochs", "2", "--seed", "1"])
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("validation    test"))
    for row in ["fused", "audio", "motion", "zero-out", "weights: \(run)/best.safetensors"] {
      #expect(trained.output.contains(row))
    }
    // No terminal: one plain line an epoch.
    let lines = trained.errors.split(separator: "\n")
    #expect(lines.count == 2, "\(trained.errors)")
    #expect(lines.first?.hasPrefix("epoch 1/2  ") == true && !trained.errors.contains("\u{1B}"))
    #expect(trained.errors.contains("slice: audio "))
    let files = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
    #expect(files.filter { $0.contains("tfevents") }.count == 1)
    #expect(
      files.filter { !$0.contains("tfevents") } == [
        ".lock", "SHA256SUMS", "best.safetensors", "checkpoints", "config.yaml",
        "confusion.safetensors", "dataset", "environment.json", "metrics.csv", "metrics.jsonl",
        "result.json",
        "weights.safetensors",
      ])
    try evaluate()
    try inspect()
    try evaluateOnMovedData()
  }

  private func evaluateOnMovedData() throws {
    let moved = folder.file("moved")
    try FileManager.default.moveItem(atPath: data, toPath: moved)
    let lost = try CommandLineTool.run(["evaluate", run])
    #expect(lost.status == 1)
    #expect(
      lost.errors
        == "error: \(data): the run's dataset is not here; say where it is with --data DIR\n")
    let found = try CommandLineTool.run(["evaluate", run, "--data", moved])
    #expect(found.status == 0 && found.errors.isEmpty)
  }

  private func evaluate() throws {
    let result = try CommandLineTool.run(["evaluate", run, "--split", "test", "--format", "json"])
    #expect(result.status == 0 && result.errors.isEmpty)
    let report = try result.json()
    #expect(report["run"] as? String == run && report["split"] as? String == "test")
    #expect(report["method"] as? String == "joint" && report["weights"] as? String == "best")
    let modalities = try #require(report["modalities"] as? [String: [String: Any]])
    #expect(modalities.keys.sorted() == ["audio", "motion"])
    for scores in modalities.values {
      #expect(scores["slice"] is NSNumber && scores["zeroOut"] is NSNumber)
      #expect(scores["probe"] == nil)
    }
    // The same numbers as training reported for the test split.
    let saved = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: run + "/result.json")))
    let test = try #require((saved as? [String: Any])?["test"] as? [String: Any])
    for key in ["accuracy", "macroF1", "loss", "samples"] {
      #expect(report[key] as? NSNumber == test[key] as? NSNumber, "\(key)")
    }
    // What scripts read here stays; on the disk it is in a file of its own.
    let confusion = try #require(report["confusion"] as? [[Int]])
    #expect(confusion.map(\.count) == [3, 3, 3] && confusion.flatMap(\.self).reduce(0, +) == 24)
    #expect(test["confusion"] == nil && test["perClassAccuracy"] is [Any])
    let probed = try CommandLineTool.run([
      "evaluate", run, "--probe", "--weights", "last", "--split", "validation",
    ])
    #expect(probed.status == 0 && probed.output.contains("probe"))
  }

  private func inspect() throws {
    let result = try CommandLineTool.run(["inspect", run, "--format", "json"])
    let inspection = try result.json()
    let groups = try #require(inspection["groups"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == ["audio", "motion", "fusion"])
    let counts = groups.compactMap { $0["parameters"] as? Int }
    #expect(counts.reduce(0, +) == inspection["parameters"] as? Int)
    let dataset = try #require(inspection["dataset"] as? [String: Any])
    let splits = try #require(dataset["splits"] as? [String: [String: Any]])
    #expect(splits["train"]?["classCounts"] as? [Int] == [32, 32, 32])
    let table = try CommandLineTool.run(["inspect", run, "--parameters"])
    #expect(table.status == 0 && table.output.contains("encoders.audio.layers.0.linear.weight"))
  }

  @Test func writesTheInitialState() throws {
    try TinyDataset.write(to: data)
    let initial = try train(["--max-steps", "0"])
    #expect(initial.status == 0, "\(initial.errors)")
    #expect(initial.output == "0 steps are done; weights: \(run)/weights.safetensors\n")
    #expect(FileManager.default.fileExists(atPath: run + "/weights.safetensors"))
    // A run that starts from these weights with another seed has these weights.
    let other = folder.file("other")
    let copied = try train(
      ["--max-steps", "0", "--seed", "9", "--init", run + "/weights.safetensors"], out: other)
    #expect(copied.status == 0, "\(copied.errors)")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: run + "/weights.safetensors"))
        == Data(contentsOf: URL(fileURLWithPath: other + "/weights.safetensors")))
  }

  @Test func dryRunLeavesNothing() throws {
    try TinyDataset.write(to: data)
    let result = try CommandLineTool.run(
      ["train", "--data", data, "--dry-run", "3"] + TinyDataset.model)
    #expect(result.status == 0, "\(result.errors)")
    for row in ["parameters", "multiply-adds", "step time", "median of 2; batch 8", "peak memory"] {
      #expect(result.output.contains(row))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["data"])
  }

  @Test func quietPrintsOnlyScores() throws {
    try TinyDataset.write(to: data)
    let result = try train(["--epochs", "1", "--quiet"])
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.hasPrefix("joint, seed 0, 12 steps in "))
  }

  @Test func runsAreNotOverwritten() throws {
    try TinyDataset.write(to: data)
    #expect(try train(["--max-steps", "1"]).status == 0)
    let refused = try train(["--max-steps", "1", "--resume", "never"])
    #expect(refused.status == 1)
    #expect(
      refused.errors == """
        error: \(run): the folder already holds a run; continue it with --resume auto, or choose \
        another --out

        """)
    let changed = try train(["--max-steps", "1", "--seed", "8"])
    #expect(changed.status == 1)
    #expect(
      changed.errors == """
        error: \(run)/config.yaml: the configuration differs from the run's: runtime.seed: 8, not \
        0; use the run's own values, or train into another folder

        """)
  }

  @Test func lossThatIsNotFiniteEndsTheRun() throws {
    try TinyDataset.write(to: data)
    let result = try train(["--epochs", "2", "--learning-rate", "1e9"])
    #expect(result.status == 1)
    #expect(result.errors.contains("error: \(run): the loss is not finite at epoch 0, step "))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func memoryThatRunsOutIsOneLine() throws {
    try TinyDataset.write(to: data)
    let result = try CommandLineTool.run(
      ["train", "--data", data, "--out", run, "--set", "model.encoders.audio.width=40000"],
      after: "ulimit -v 8000000")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("error: ") && result.errors.contains("; lower --batch-size"))
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  @Test func diskThatIsFullLeavesTheCheckpoints() throws {
    try TinyDataset.write(to: data)
    #expect(try train(["--max-steps", "3"]).status == 0)
    let checkpoints = run + "/checkpoints"
    let before = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
    let full = try CommandLineTool.run(
      ["train", "--data", data, "--out", run, "--max-steps", "6"] + TinyDataset.model,
      after: "ulimit -f 4")
    #expect(full.status == 1)
    #expect(full.errors.hasPrefix("error: "), "\(full.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: checkpoints) == before)
    #expect(try train(["--max-steps", "6"]).status == 0)
  }
}
