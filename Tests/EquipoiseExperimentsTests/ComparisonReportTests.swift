// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseModels
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit
@testable import EquipoiseSettings

/// What is made of the runs' files, with numbers worked out by hand.
struct ComparisonReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes a finished run as training leaves it.
  private func write(
    _ path: String, seed: Int, accuracy: Double, slice: Double? = 0.5, isTested: Bool = true
  ) throws {
    let run = "\(path)/seed-\(seed)"
    try FileManager.default.createDirectory(
      atPath: folder.file(run), withIntermediateDirectories: true)
    let own = slice.map { "\"slice\": \($0), " } ?? ""
    let modality = own + "\"zeroOut\": 0.25, \"zeroOutMacroF1\": 0"
    let report = """
      {"samples": 4, "accuracy": \(accuracy), "macroF1": \(accuracy / 2), "weightedF1": 0,
      "meanAveragePrecision": 0, "loss": 1, "perClassAccuracy": [], "confusion": [],
      "modalities": {"audio": {\(modality)}},
      "shapley": {"values": {"audio": 0.5}, "imbalance": 0.125, "accuracies": {}}}
      """
    let test = isTested ? ", \"test\": \(report)" : ""
    _ = try folder.write(
      """
      {"method": "joint", "seed": \(seed), "selectedBy": "accuracy", "bestEpoch": 0,
      "validation": \(report)\(test), "steps": 1, "seconds": 2.5}
      """, to: run + "/result.json")
    try writeCircumstances(of: run)
  }

  private func writeCircumstances(of run: String) throws {
    _ = try folder.write(
      "{\"multiplyAddsPerSample\": 7}\n{\"multiplyAddsPerSample\": 12}\n",
      to: run + "/metrics.jsonl")
    _ = try folder.write(
      """
      {"equipoise": "0", "commit": "abc", "libtorch": "2.13", "system": "s", "processor": "p",
      "cores": 2, "threads": 1, "device": "cpu", "dataset": "d"}
      """, to: run + "/environment.json")
  }

  private func report(
    _ names: [String], seeds: [Int] = [0, 1], failures: [RunFailure] = []
  ) throws -> ComparisonReport {
    let entries = names.map {
      SavedComparison.Entry(name: $0, references: ["audio": folder.file("references/audio-1")])
    }
    return try ComparisonReport(
      SavedComparison(entries: entries, seeds: seeds, baseline: names[0]), in: folder.path,
      failures: failures)
  }

  @Test func meansAndDifferences() throws {
    for seed in 0..<2 {
      try write("joint", seed: seed, accuracy: 0.5 + 0.25 * Double(seed))
      try write("aim", seed: seed, accuracy: 0.75 + 0.25 * Double(seed))
      try write("references/audio-1", seed: seed, accuracy: 0.875)
    }
    let report = try report(["joint", "aim"])
    let (joint, aim) = (report.entries[0], report.entries[1])
    #expect(joint[.accuracy]?.mean == 0.625 && aim[.accuracy]?.mean == 0.875)
    // √(2 · 0.125²)
    #expect(abs(try #require(joint[.accuracy]?.deviation) - 0.125 * 2.0.squareRoot()) < 1e-15)
    #expect(joint[.macroF1]?.mean == 0.3125 && joint.imbalance?.mean == 0.125)
    #expect(joint.seconds?.mean == 2.5 && joint.multiplyAddsPerSample?.mean == 12)
    let audio = try #require(joint.modalities["audio"])
    #expect(audio.slice?.mean == 0.5 && audio.zeroOut?.mean == 0.25 && audio.alone?.mean == 0.875)
    #expect(joint.differences["accuracy"] == nil)
    #expect(aim.differences["accuracy"]?.mean == 0.25 && aim.differences["macroF1"]?.mean == 0.125)
    #expect(aim.differences["accuracy"]?.signFlipP == 0.5)
    #expect(report.stamp.splits == ["test"] && report.stamp.commits == ["abc"])
    #expect(report.stamp.threads == [1] && report.stamp.selectedBy == ["accuracy"])
  }

  @Test func severalEntriesAreCorrected() throws {
    for seed in 0..<5 {
      try write("joint", seed: seed, accuracy: 0.5)
      try write("a", seed: seed, accuracy: 0.625)
      try write("b", seed: seed, accuracy: seed == 0 ? 0.375 : 0.625)
    }
    let report = try report(["joint", "a", "b"], seeds: Array(0..<5))
    let differences = report.entries.map { $0.differences["accuracy"] }
    // 2 of 32 patterns; the smaller of two tests counts twice.
    #expect(differences[1]?.signFlipP == 0.0625 && differences[1]?.signFlipHolm == 0.125)
    // Four differences one way and one the other: the sum of 3 is reached by 2 + 10 patterns.
    #expect(differences[2]?.signFlipP == 0.375 && differences[2]?.signFlipHolm == 0.375)
    #expect(differences[1]?.tTestP == nil)
  }

  @Test func runsThatAreMissing() throws {
    try write("joint", seed: 0, accuracy: 0.5)
    try write("joint", seed: 1, accuracy: 0.5)
    try write("aim", seed: 1, accuracy: 0.75, slice: nil)
    let failure = RunFailure(run: "aim, seed 0", message: "no", log: "l")
    let report = try report(["joint", "aim", "none"], failures: [failure])
    #expect(report.entries[1].runs.map(\.seed) == [1])
    #expect(report.entries[1].differences["accuracy"]?.seeds == [1])
    #expect(report.entries[1].differences["accuracy"]?.interval == nil)
    #expect(report.entries[1].modalities["audio"]?.slice == nil)
    #expect(report.entries[1].modalities["audio"]?.alone == nil)
    #expect(report.entries[2][.accuracy] == nil && report.entries[2].differences["accuracy"] == nil)
    #expect(report.failures == [failure])
  }

  @Test func validationWhereThereIsNoTest() throws {
    try write("joint", seed: 0, accuracy: 0.5, isTested: false)
    #expect(try report(["joint"]).stamp.splits == ["validation"])
  }

  @Test func damagedResultIsNamed() throws {
    try write("joint", seed: 0, accuracy: 0.5)
    _ = try folder.write("{", to: "joint/seed-0/result.json")
    let error = #expect(throws: EquipoiseError.self) { try report(["joint"]) }
    #expect(error?.place == folder.file("joint/seed-0/result.json"))
  }
}
