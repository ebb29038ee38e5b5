// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// Runs that are stopped and continued end with the same bits as one that was left alone.
@Suite(.serialized) struct ResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var data: String { folder.file("data") }

  private func arguments(_ run: String) -> [String] {
    // 40 steps an epoch, 160 in all.
    ["train", "--data", data, "--out", folder.file(run), "--epochs", "4", "--seed", "3"]
      + ["--checkpoint-every", "2", "--quiet"] + TinyDataset.model
  }

  /// The weights, metrics and scores, but for times.
  private func results(_ run: String) throws -> [Data] {
    let weights = try ["weights", "best"].map {
      try Data(contentsOf: URL(fileURLWithPath: folder.file(run) + "/\($0).safetensors"))
    }
    let metrics = try String(contentsOfFile: folder.file(run) + "/metrics.jsonl", encoding: .utf8)
    let result = try String(contentsOfFile: folder.file(run) + "/result.json", encoding: .utf8)
    let records = try (metrics.split(separator: "\n").map(String.init) + [result]).map { text in
      var record = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      for key in ["seconds", "dataWait"] { record[key] = nil }
      return try JSONSerialization.data(withJSONObject: record, options: .sortedKeys)
    }
    #expect(records.count == 5)
    return weights + records
  }

  /// The number of steps in the newest checkpoint.
  private func savedSteps(_ run: String) -> Int {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.file(run) + "/checkpoints")
    let steps = (names ?? []).compactMap { name -> Int? in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst("step-".count).prefix { $0 != "." })
    }
    return steps.max() ?? 0
  }

  /// Starts the run and sends it a signal once it has saved `steps`.
  private func interrupt(_ run: String, with signal: Int32, at steps: Int) throws -> Int32 {
    let running = try CommandLineTool.start(arguments(run))
    while savedSteps(run) < steps, running.process.isRunning { usleep(500) }
    // Somewhere inside the next steps.
    usleep(UInt32.random(in: 0..<5000))
    if running.process.isRunning { kill(running.process.processIdentifier, signal) }
    return try running.finish().status
  }

  private func finish(_ run: String) throws -> [Data] {
    let outcome = try CommandLineTool.run(arguments(run))
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try results(run)
  }

  @Test func stoppedAndKilledRunsEndAlike() throws {
    try TinyDataset.write(to: data, train: 320)
    let unbroken = try finish("unbroken")
    for (signal, status) in [(SIGTERM, Int32(143)), (SIGINT, 130)] {
      let run = "signal-\(signal)"
      #expect(try interrupt(run, with: signal, at: 50) == status)
      #expect(savedSteps(run) >= 50)
      #expect(try finish(run) == unbroken)
    }
    // As many runs as it takes: how many kills fit into one depends on the machine's speed.
    var (kills, runs) = (0, 0)
    while kills < 20, runs < 10 {
      runs += 1
      let run = "killed-\(runs)"
      while kills < 20, savedSteps(run) < 150 {
        let target = savedSteps(run) + Int.random(in: 0...10)
        if try interrupt(run, with: SIGKILL, at: target) == 128 + SIGKILL { kills += 1 }
      }
      #expect(try finish(run) == unbroken)
    }
    #expect(kills == 20)
  }
}
