// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

/// Several real processes train one model over the loopback interface.
@Suite(.serialized) struct WorkerCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"))
  }

  /// 12 steps an epoch.
  private func arguments(_ run: String, epochs: Int = 3, _ more: [String] = []) -> [String] {
    ["train", "--data", folder.file("data"), "--out", folder.file(run), "--epochs", "\(epochs)"]
      + ["--checkpoint-every", "1", "--quiet"] + TinyDataset.model + more
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(path)))
  }

  private func hasBegun(_ run: String) -> Bool {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.file(run) + "/checkpoints")
    return names?.contains { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") } == true
  }

  private func start(_ run: String) throws -> CommandLineTool.Running {
    let running = try CommandLineTool.start(arguments(run, epochs: 500, ["--workers", "2"]))
    while !hasBegun(run), running.process.isRunning { usleep(2000) }
    return running
  }

  @Test func workersRepeatAndContinueToTheBit() throws {
    for (run, more) in [("whole", ["--events", folder.file("events")]), ("again", [])] {
      let outcome = try CommandLineTool.run(arguments(run, ["--workers", "2"] + more))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    // The first worker alone tells of events.
    let events = try String(decoding: bytes("events"), as: UTF8.self)
    #expect(events.components(separatedBy: "\"begin\"").count == 2, "\(events)")
    #expect(events.components(separatedBy: "\"finished\"").count == 2, "\(events)")
    let broken = arguments("broken", ["--workers", "2"])
    #expect(try CommandLineTool.run(broken + ["--max-steps", "17"]).status == 0)
    #expect(try CommandLineTool.run(broken).status == 0)
    for file in ["weights.safetensors", "best.safetensors"] {
      #expect(try bytes("whole/" + file) == bytes("again/" + file), "\(file)")
      #expect(try bytes("whole/" + file) == bytes("broken/" + file), "\(file)")
    }
    let environment = try JSONSerialization.jsonObject(with: try bytes("whole/environment.json"))
    #expect((environment as? [String: Any])?["workers"] as? Int == 2)
    // What a run's folder holds is read as that of one process is.
    let evaluation = try CommandLineTool.run(["evaluate", folder.file("whole")])
    #expect(evaluation.status == 0, "\(evaluation.errors)")
  }

  @Test func anotherNumberOfWorkersContinues() throws {
    for (workers, steps) in [("2", "5"), ("3", "16"), ("1", "20")] {
      let outcome = try CommandLineTool.run(
        arguments("run", ["--workers", workers, "--max-steps", steps]))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let isFirst = steps == "5"
      #expect(
        outcome.errors.contains("the number of workers was") != isFirst, "\(outcome.errors)")
    }
  }

  @Test func aKilledWorkerEndsAll() throws {
    let running = try start("killed")
    let children = try CommandLineTool.run(
      script: "pgrep -P \(running.process.processIdentifier)"
    ).output.split(separator: "\n").compactMap { Int32($0) }.sorted()
    try #require(children.count == 2)
    let start = ContinuousClock.now
    kill(children[1], SIGKILL)
    let outcome = try running.finish()
    #expect(outcome.status == 1)
    #expect(ContinuousClock.now - start < .seconds(15))
    #expect(outcome.errors.contains("worker 1 was killed"), "\(outcome.errors)")
    #expect(kill(children[0], 0) != 0)
  }

  /// Without its end the other would wait for ever.
  @Test func aWorkerThatStandsStillEndsAll() throws {
    let variables = launcherVariables(more: "EQUIPOISE_SILENT_SECONDS=2")
    let workers = try (0..<2).map {
      try CommandLineTool.start(arguments("still", epochs: 500), after: variables($0))
    }
    while !hasBegun("still"), workers[0].process.isRunning { usleep(2000) }
    kill(workers[1].process.processIdentifier, SIGSTOP)
    let start = ContinuousClock.now
    let outcome = try workers[0].finish()
    #expect(ContinuousClock.now - start < .seconds(15))
    kill(workers[1].process.processIdentifier, SIGKILL)
    _ = try workers[1].finish()
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "stopped, as worker 1 failed: it has not been heard of for 2 seconds"), "\(outcome.errors)")
  }

  /// Two networks joined by a cable, which is cut.
  @Test(.enabled(if: WorkerCommandTests.makesNetworks, "networks take the rights of root"))
  func aCutLinkEndsBoth() throws {
    let words = arguments("cut", epochs: 500).map { "'\($0)'" }.joined(separator: " ")
    let name = "eq\(ProcessInfo.processInfo.processIdentifier)"
    let outcome = try CommandLineTool.run(
      script: """
        for n in a b; do ip netns add \(name)$n; done
        trap 'for n in a b; do ip netns del \(name)$n; done' EXIT
        ip link add \(name)0 type veth peer name \(name)1
        ip link set \(name)0 netns \(name)a; ip link set \(name)1 netns \(name)b
        ip -n \(name)a addr add 10.77.0.1/24 dev \(name)0; ip -n \(name)a link set \(name)0 up
        ip -n \(name)b addr add 10.77.0.2/24 dev \(name)1; ip -n \(name)b link set \(name)1 up
        for n in a b; do ip -n \(name)$n link set lo up; done
        export WORLD_SIZE=2 LOCAL_WORLD_SIZE=1 MASTER_ADDR=10.77.0.1 MASTER_PORT=29511
        export EQUIPOISE_SILENT_SECONDS=2 EQUIPOISE_JOIN_SECONDS=20
        RANK=0 timeout 60 ip netns exec \(name)a '\(CommandLineTool.executable.path)' \(words) & first=$!
        RANK=1 timeout 60 ip netns exec \(name)b '\(CommandLineTool.executable.path)' \(words) & second=$!
        while kill -0 $first && ! ls '\(folder.file("cut"))'/checkpoints/step-* >/dev/null 2>&1
        do sleep 0.05; done
        ip -n \(name)b link set \(name)1 down
        wait $first; echo "first $?"; wait $second; echo "second $?"
        """)
    #expect(outcome.output.contains("first 1\nsecond 1\n"), "\(outcome.output)")
    for sentence in [
      "stopped, as worker 1 failed: it has not been heard of for 2 seconds",
      "there has been no answer from 10.77.0.1:29511, where the workers meet, for 2 seconds",
    ] {
      #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
  }

  private static let makesNetworks: Bool = {
    let name = "eqtry\(ProcessInfo.processInfo.processIdentifier)"
    let outcome = try? CommandLineTool.run(
      script: "ip netns add \(name) && ip netns exec \(name) true && ip netns del \(name)")
    return outcome?.status == 0
  }()

  @Test(arguments: [
    (["--workers", "2", "--dry-run", "1"], "--dry-run takes one process; leave out --workers"),
    (
      ["--workers", "2", "--find-learning-rate"],
      "--find-learning-rate takes one process; leave out --workers"
    ),
    (["--restarts", "1"], "--restarts takes --workers 2 or more, and --resume auto"),
  ])
  func whatSeveralProcessesCannotDoIsRefused(flags: [String], sentence: String) throws {
    let outcome = try CommandLineTool.run(arguments("run", flags))
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
  }

  @Test func asignalSavesAndStopsAll() throws {
    let running = try start("stopped")
    kill(running.process.processIdentifier, SIGTERM)
    #expect(try running.finish().status == 143)
    let continued = try CommandLineTool.run(
      arguments("stopped", epochs: 500, ["--workers", "2", "--max-steps", "1"]))
    #expect(continued.status == 0, "\(continued.errors)")
  }

  @Test func theReasonIsThatOfTheWorkerThatFailed() throws {
    let outcome = try CommandLineTool.run(
      arguments("diverged", ["--workers", "2", "--set", "training.optimiser.learningRate=1e9"]))
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("is not finite"), "\(outcome.errors)")
  }

  private func launcherVariables(more: String = "") -> (Int) -> String {
    let port = Int.random(in: 20_000..<60_000)
    return { rank in
      "export RANK=\(rank) WORLD_SIZE=2 LOCAL_RANK=\(rank) LOCAL_WORLD_SIZE=2 "
        + "MASTER_ADDR=127.0.0.1 MASTER_PORT=\(port) \(more)"
    }
  }

  /// By the variables that torchrun sets where its own agent serves no store.
  @Test func launchersVariablesAreUnderstood() throws {
    let variables = launcherVariables()
    let workers = try (0..<2).map {
      try CommandLineTool.start(arguments("launched"), after: variables($0))
    }
    for (rank, worker) in workers.enumerated() {
      let outcome = try worker.finish()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("weights:") == (rank == 0))
    }
    let outcome = try CommandLineTool.run(arguments("alone", ["--workers", "2"]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try bytes("launched/weights.safetensors") == bytes("alone/weights.safetensors"))
  }
}
