// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise compare` from end to end.
@Suite(.serialized) struct CompareCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyDataset.write(to: folder.file("data"), train: 320)
  }

  private func arguments(_ out: String, _ more: [String] = []) -> [String] {
    ["compare", "--data", folder.file("data"), "--methods", "joint,unimodal-losses"]
      + ["--seeds", "0,1", "--epochs", "3", "--jobs", "2", "--out", folder.file(out)]
      + TinyDataset.settings + more
  }

  /// The report with every run, but for times.
  private func report(_ out: String) throws -> Data {
    let shown = try CommandLineTool.run(
      ["compare", "--table-only", "--format", "json", "--out", folder.file(out)])
    #expect(shown.status == 0, "\(shown.errors)")
    let value = try JSONSerialization.jsonObject(with: Data(shown.output.utf8))
    return try JSONSerialization.data(withJSONObject: untimed(value), options: .sortedKeys)
  }

  private func untimed(_ value: Any) -> Any {
    switch value {
    case let object as [String: Any]:
      object.filter { $0.key != "seconds" }.mapValues(untimed)
    case let list as [Any]: list.map(untimed)
    default: value
    }
  }

  private func isFinished(_ run: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.file(run) + "/result.json")
  }

  @Test func killedAndRepeatedGivesTheSameTable() throws {
    let whole = try CommandLineTool.run(
      arguments("whole", ["--references", folder.file("alone-1")]))
    #expect(whole.status == 0, "\(whole.errors)")
    let cut = arguments("cut", ["--references", folder.file("alone-2")])
    let killed = try CommandLineTool.start(cut)
    while !isFinished("cut/joint/seed-0"), killed.process.isRunning { usleep(2000) }
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.finish()
    try waitForOrphans(in: "cut/joint/seed-1")
    #expect(!isFinished("cut/unimodal-losses/seed-1"))
    let interrupted = try CommandLineTool.start(cut)
    while !isFinished("cut/unimodal-losses/seed-0"), interrupted.process.isRunning { usleep(2000) }
    interrupted.process.terminate()
    let stopped = try interrupted.finish()
    #expect(stopped.status == 143, "\(stopped.errors)")
    #expect(stopped.errors.hasSuffix("compare: stopped; the same command continues\n"))
    let repeated = try CommandLineTool.run(cut)
    #expect(repeated.status == 0, "\(repeated.errors)")
    // Where the references are is all that differs besides times.
    #expect(try report("cut") == report("whole"))
  }

  /// Two folds: every sample is tested once, and no test takes them for independent.
  @Test func foldsAreTestedOnceEach() throws {
    let arguments = [
      "compare", "--data", folder.file("data"), "--methods", "joint,unimodal-losses", "--seeds",
      "0", "--epochs", "1", "--jobs", "2", "--folds", "2", "--out", folder.file("folds"),
    ]
    let done = try CommandLineTool.run(arguments + TinyDataset.settings)
    #expect(done.status == 0, "\(done.errors)")
    #expect(
      done.output.contains("accuracy % by fold") && done.output.contains("corrected t-test p"))
    #expect(!done.output.contains("sign-flip"))
    let dataset = try PreparedDataset(folder: folder.file("data"))
    let all = try Split.allCases.reduce(0) { try $0 + dataset.samples($1).count }
    let report = try ComparisonReport(
      SavedComparison(in: folder.file("folds")), in: folder.file("folds"))
    for entry in report.entries {
      #expect(entry.runs.map(\.fold) == [0, 1])
      #expect(entry.runs.reduce(0) { $0 + $1.report.samples } == all)
      #expect(entry.modalities.values.allSatisfy { $0.alone?.count == 2 })
    }
    let checked = try CommandLineTool.run(["check", folder.file("folds")])
    #expect(checked.status == 0, "\(checked.output)")
    let page = folder.file("folds.html")
    let shown = try CommandLineTool.run(["report", folder.file("folds"), "--out", page])
    #expect(shown.status == 0, "\(shown.errors)")
    let tooMany = try CommandLineTool.run(
      arguments.map { $0 == "2" ? "9999" : $0 == folder.file("folds") ? folder.file("many") : $0 }
        + TinyDataset.settings)
    #expect(tooMany.errors.contains("9999 folds are too many"), "\(tooMany.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("many")))
  }

  /// A run whose parent was killed saves and stops: its lock is free then.
  private func waitForOrphans(in run: String) throws {
    for _ in 0..<1000 where FileManager.default.fileExists(atPath: folder.file(run)) {
      if try ProcessLock(ifFree: folder.file(run)) != nil { return }
      usleep(10_000)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file(run)), "the run still goes")
  }

  @Test func finishedRunsAndReferencesAreNotRepeated() throws {
    let first = try CommandLineTool.run(arguments("first"))
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("compare: 8 runs to train; up to 2 side by side"))
    #expect(rows(first.output).contains { $0.hasPrefix("joint 2 ") })
    #expect(first.output.contains("With 2 seeds it cannot be below 0.5"))
    let again = try CommandLineTool.run(arguments("first"))
    #expect(again.status == 0 && again.errors.isEmpty && again.output == first.output)
    // Another comparison beside it finds the references.
    let second = try CommandLineTool.run(
      ["compare", "--data", folder.file("data"), "--seeds", "0..1", "--epochs", "3"]
        + ["--entry", "small-step=joint,training.optimiser.learningRate=0.005"]
        + ["--entry", "same=\(folder.file("first"))/joint/run.yaml", "--baseline", "same"]
        + ["--out", folder.file("second")] + TinyDataset.settings)
    #expect(second.status == 0, "\(second.errors)")
    // Two entries; the other rate has references of its own.
    #expect(second.errors.contains("8 runs to train, 4 are done already"), "\(second.errors)")
    try checkFormats("second")
    let changed = try CommandLineTool.run(
      arguments("first", ["--set", "training.batchSize=4", "--quiet"]))
    #expect(changed.status == 1 && changed.output.isEmpty)
    #expect(
      changed.errors.hasPrefix(
        "error: \(folder.file("first"))/joint/seed-0/config.yaml: the configuration differs from "
          + "the run's: training.batchSize: 4, not 8"))
  }

  private func checkFormats(_ out: String) throws {
    func show(_ format: String) throws -> String {
      try CommandLineTool.run(
        ["compare", "--table-only", "--out", folder.file(out), "--format", format]
      ).output
    }
    #expect(try show("markdown").contains("| small-step | 2 | "))
    #expect(try show("latex").contains("  small-step & 2 & "))
    let lines = try show("csv").split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("entry,runs,accuracy_mean,accuracy_sd,"))
    #expect(lines[0].contains(",audio_slice_mean,") && lines[0].contains(",motion_alone_sd,"))
    let columns = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
    #expect(Set(columns).count == 1)
  }

  @Test func failedRunLeavesTheOthersAlone() throws {
    let outcome = try CommandLineTool.run(
      arguments("out", ["--entry", "wild=joint,training.optimiser.learningRate=1e9"]))
    #expect(outcome.status == 1)
    #expect(rows(outcome.output).contains { $0.hasPrefix("wild 0 of 2 – – – – ") })
    #expect(outcome.output.contains("Failed: wild, seed 1: "))
    #expect(outcome.output.contains("the loss is not finite"))
    #expect(outcome.errors.contains("warning: wild, seed 0 failed: "))
    #expect(rows(outcome.output).contains { $0.hasPrefix("joint 2 ") })
  }

  /// The lines with one space between words.
  private func rows(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
  }
}
