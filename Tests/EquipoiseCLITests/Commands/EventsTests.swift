// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise train --events` tells another program what happens.
@Suite struct EventsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
  }

  private func arguments(_ more: [String]) -> [String] {
    [
      "train", "--data", folder.file("data"), "--out", folder.file("run"), "--epochs", "2",
      "--quiet",
    ]
      + TinyDataset.model + more
  }

  private func events(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func aFileGetsTheWholeRun() throws {
    let path = folder.file("events.jsonl")
    let first = try CommandLineTool.run(arguments(["--events", path, "--max-steps", "12"]))
    #expect(first.status == 0 && first.errors.hasSuffix("asks\n"), "\(first.errors)")
    let second = try CommandLineTool.run(arguments(["--events", path]))
    #expect(second.status == 0 && second.errors.isEmpty, "\(second.errors)")
    let all = try events(String(contentsOfFile: path, encoding: .utf8))
    let told = all.filter { $0["event"] as? String != "progress" }
    #expect(
      told.map { $0["event"] as? String } == ["begin", "epoch", "end", "begin", "epoch", "end"])
    #expect(all.allSatisfy { $0["run"] as? String == folder.file("run") && $0["time"] is Double })
    let begin = told[0]
    #expect(begin["method"] as? String == "joint" && begin["seed"] as? Int == 0)
    #expect(begin["epochs"] as? Int == 2 && begin["stepsPerEpoch"] as? Int == 12)
    let settings = try #require(begin["settings"] as? [String: String])
    #expect(settings["training.epochs"] == "2" && settings["data"] == folder.file("data"))
    #expect(told[2]["status"] as? String == "stopped" && told[2]["step"] as? Int == 12)
    #expect(told[3]["epoch"] as? Int == 1 && told[3]["step"] as? Int == 12)
    // What an epoch says is its line of the journal.
    let lines = try events(
      String(contentsOfFile: folder.file("run/metrics.jsonl"), encoding: .utf8))
    for (event, line) in zip([told[1], told[4]], lines) {
      let metrics = try #require(event["metrics"] as? [String: Double])
      let validation = try #require(line["validation"] as? [String: Any])
      #expect(event["epoch"] as? Int == line["epoch"] as? Int)
      #expect(metrics["trainLoss"] == line["trainLoss"] as? Double)
      #expect(metrics["validation.loss"] == validation["loss"] as? Double)
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("run/result.json")))
    let result = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let scores = try #require(told[5]["metrics"] as? [String: Double])
    #expect(told[5]["status"] as? String == "finished")
    #expect(told[5]["epoch"] as? Int == result["bestEpoch"] as? Int)
    for split in ["validation", "test"] {
      let report = try #require(result[split] as? [String: Any])
      #expect(scores["\(split).accuracy"] == report["accuracy"] as? Double)
    }
  }

  @Test func aDescriptorGetsThem() throws {
    let words = arguments(["--events", "3"]).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try CommandLineTool.run(
      script: "'\(CommandLineTool.executable.path)' \(words) 3>&1 >&2 | cat")
    let all = try events(outcome.output)
    #expect(all.first?["event"] as? String == "begin")
    #expect(all.last?["status"] as? String == "finished")
    #expect(outcome.errors.hasPrefix("joint, seed 0, "), "\(outcome.errors)")
  }

  /// Training does not depend on who listens.
  @Test func aReaderThatGoes() throws {
    let words = arguments(["--events", "3"]).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try CommandLineTool.run(
      script: "{ '\(CommandLineTool.executable.path)' \(words) 3>&1 >&2; echo $? >&2; } | true")
    #expect(outcome.errors.hasSuffix("\n0\n"), "\(outcome.errors)")
    let warnings = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
    #expect(warnings.count == 1, "\(outcome.errors)")
    #expect(
      warnings.first?.hasPrefix("warning: events end here: descriptor 3: cannot write") == true)
  }

  @Test func whatFailsIsTold() throws {
    let path = folder.file("events.jsonl")
    let failed = try CommandLineTool.run(arguments(["--events", path, "--learning-rate", "1e9"]))
    #expect(failed.status == 1)
    let last = try #require(try events(String(contentsOfFile: path, encoding: .utf8)).last)
    #expect(last["status"] as? String == "failed")
    #expect((last["message"] as? String).map { failed.errors == "error: \($0)\n" } == true)
    let closed = try CommandLineTool.run(arguments(["--events", "17"]))
    #expect(closed.status == 1)
    #expect(
      closed.errors.hasPrefix("error: descriptor 17: cannot write to it: "), "\(closed.errors)")
  }

  /// The bridge of the documentation, where MLflow is there.
  @Test(.enabled(if: MLflow.interpreter != nil, "needs a python3 with mlflow"))
  func theBridgeLogsToMLflow() throws {
    let python = try #require(MLflow.interpreter)
    let words = arguments(["--events", "3"]).map { "'\($0)'" }.joined(separator: " ")
    let store = "sqlite:///" + folder.file("mlflow.db")
    let outcome = try CommandLineTool.run(
      script: """
        export MLFLOW_TRACKING_URI='\(store)'; cd '\(folder.path)'
        '\(CommandLineTool.executable.path)' \(words) 3>&1 >&2 | \
          \(python) '\(Document.path("python/bridges/mlflow_bridge.py"))' >&2
        \(python) - <<'E'
        import json, mlflow
        run = mlflow.search_runs(search_all_experiments=True, output_format="list")[0]
        history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "validation.loss")
        print(json.dumps({"status": run.info.status, "name": run.info.run_name,
          "epochs": run.data.params["training.epochs"], "test": run.data.metrics["test.accuracy"],
          "steps": [point.step for point in history][:2]}))
        E
        """)
    #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
    let found = try #require(try events(outcome.output).last)
    #expect(found["status"] as? String == "FINISHED" && found["name"] as? String == "joint seed 0")
    #expect(found["epochs"] as? String == "2" && found["test"] is Double)
    #expect(found["steps"] as? [Int] == [12, 24])
  }
}

/// A Python that has MLflow: the one that EQUIPOISE_MLFLOW_PYTHON names, or `python3`.
private enum MLflow {
  static let interpreter: String? = {
    let name = ProcessInfo.processInfo.environment["EQUIPOISE_MLFLOW_PYTHON"] ?? "python3"
    let outcome = try? CommandLineTool.run(script: "'\(name)' -c 'import mlflow'")
    return outcome?.status == 0 ? "'\(name)'" : nil
  }()
}
