// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseExperiments
@testable import EquipoiseKit
@testable import EquipoiseTraining

/// What a run does about files that were lost or changed since it was interrupted.
struct DamageTests {
  private final class Warnings: TrainingObserver {
    private(set) var texts: [String] = []

    func observe(_ event: TrainingEvent) {
      if case .warned(let text) = event { texts.append(text) }
    }
  }

  /// A run of which two epochs of four steps are done, and one that was left alone.
  private func interrupted() throws -> TinyRun {
    let tiny = try TinyRun()
    try tiny.train("whole")
    try tiny.train("run", maxSteps: 8)
    tiny.configuration.runtime.maxSteps = nil
    return tiny
  }

  private func finish(_ tiny: TinyRun) throws -> [String] {
    let seen = Warnings()
    _ = try tiny.run("run", resume: .auto).train(observers: [seen])
    for name in ["weights", "best"] {
      #expect(
        try tiny.bytes("run/\(name).safetensors") == tiny.bytes("whole/\(name).safetensors"))
    }
    #expect(try tiny.records("run") == tiny.records("whole"))
    #expect(try FolderCheck(tiny.folder.file("run")).files.map(\.state) == Self.allWhole)
    return seen.texts
  }

  /// Configuration, environment, result, confusion, best, weights, metrics twice, events, two checkpoints, and two files
  /// of the dataset.
  private static let allWhole = [FileFinding.State](repeating: .whole, count: 13)

  private func change(_ path: String, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    body(&data)
    try data.write(to: URL(fileURLWithPath: path))
  }

  /// As after a power cut: the newest checkpoint counts a line that never reached the disk.
  @Test func aJournalThatLostItsEndFallsBackToTheCheckpointBefore() throws {
    let tiny = try interrupted()
    try change(tiny.folder.file("run/metrics.jsonl")) { $0.removeLast(10) }
    let warnings = try finish(tiny)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("step-0000000008.safetensors is skipped: ") == true)
    #expect(warnings.first?.contains("bytes that are no longer there") == true)
  }

  @Test func aJournalWithAChangedLineFallsBackToo() throws {
    let tiny = try interrupted()
    try change(tiny.folder.file("run/metrics.jsonl")) { $0[$0.count - 20] ^= 1 }
    #expect(try finish(tiny).count == 1)
  }

  @Test func aJournalThatIsLongerIsCut() throws {
    let tiny = try interrupted()
    try change(tiny.folder.file("run/metrics.jsonl")) { $0.append(Data("{\"epoch\":2,".utf8)) }
    #expect(try finish(tiny).isEmpty)
  }

  @Test func aJournalDamagedFromTheStartIsRefused() throws {
    let tiny = try interrupted()
    try change(tiny.folder.file("run/metrics.jsonl")) { $0[5] ^= 1 }
    let text = message { _ = try tiny.run("run", resume: .auto).train() }
    #expect(text?.contains("none of the 2 checkpoints can be used: ") == true)
    #expect(text?.contains("remove this folder to train again from the start") == true)
  }

  @Test func damagedBestWeightsAreMadeAgainFromTheirCheckpoint() throws {
    for damage in [{ (data: inout Data) in data[data.count - 1] ^= 1 }, { $0.removeAll() }] {
      let tiny = try interrupted()
      let best = tiny.folder.file("run/best.safetensors")
      let before = try tiny.bytes("run/best.safetensors")
      try change(best, damage)
      let run = try tiny.run("run", resume: .auto)
      let store = CheckpointStore(folder: run.folder.checkpoints, keep: 2)
      let progress = try #require(try store.latest(warn: { _ in })).progress
      let epoch = try #require(progress.best)
      var warnings: [String] = []
      try BestWeights(run: run.folder).mend(epoch, from: store) { warnings.append($0) }
      #expect(try tiny.bytes("run/best.safetensors") == before)
      #expect(
        warnings == [
          "\(best): the best weights are damaged; they were made again from a checkpoint"
        ])
    }
  }

  @Test func bestWeightsWithoutACheckpointAreNamed() throws {
    let tiny = try interrupted()
    let run = try tiny.run("run", resume: .auto)
    try FileManager.default.removeItem(atPath: run.folder.best)
    let text = message {
      try BestWeights(run: run.folder).mend(
        BestEpoch(epoch: 7, score: 1, loss: nil),
        from: CheckpointStore(folder: run.folder.checkpoints, keep: 2)
      ) { _ in }
    }
    #expect(
      text
        == "\(run.folder.best): the best weights are missing, and there is no checkpoint of epoch 7 "
        + "to make them again from; restore the file from a copy, or remove \(run.folder.checkpoints) "
        + "to train again from the start")
  }

  @Test func aChangedNumberOfTheDatasetEndsTheFirstEpoch() throws {
    let tiny = try TinyRun()
    let shard = tiny.folder.file("data/train-00000.safetensors")
    try change(shard) { $0[$0.count - 3] ^= 1 }
    let text = message { try tiny.train("run") }
    #expect(text?.hasPrefix(shard + ": tensor '") == true)
    #expect(text?.contains("the file is damaged or was changed") == true)
    #expect(try FolderCheck(tiny.folder.file("data")).bad.map(\.path) == [shard])
  }

  /// Every line that is left is right: the list alone cannot tell.
  @Test func aListCutBetweenTwoLinesIsFound() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let path = tiny.folder.file("run/SHA256SUMS")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    for count in lines.indices {
      try Data(lines[..<count].map { $0 + "\n" }.joined().utf8)
        .write(to: URL(fileURLWithPath: path))
      let bad = try FolderCheck(tiny.folder.file("run")).files.filter(\.isBad)
      #expect(bad.map(\.path) == [path], "\(count) lines")
      #expect(bad.first?.problem?.hasSuffix(": it was cut") == true)
    }
  }

  /// Every byte of every file of a finished run counts: a change is found, and by the right name.
  @Test func everyChangedByteIsFound() throws {
    let tiny = try TinyRun()
    try tiny.train("run")
    let folder = tiny.folder.file("run")
    var stream = RandomStream(seed: 1, "damage")
    for finding in try FolderCheck(folder).files {
      let original = try Data(contentsOf: URL(fileURLWithPath: finding.path))
      for _ in 0..<8 {
        let place = Int(stream.next() % UInt64(original.count))
        try change(finding.path) { $0[place] ^= UInt8(1 << (place % 8)) }
        #expect(try FolderCheck(folder).bad.map(\.path).contains(finding.path))
        try original.write(to: URL(fileURLWithPath: finding.path))
      }
      try Data().write(to: URL(fileURLWithPath: finding.path))
      #expect(try FolderCheck(folder).bad.map(\.path).contains(finding.path))
      try original.write(to: URL(fileURLWithPath: finding.path))
    }
    #expect(try FolderCheck(folder).bad.isEmpty)
  }
}
