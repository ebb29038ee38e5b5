// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseTraining

/// What happens when a folder already holds a run.
struct ResumeTests {
  @Test func aRunIsNotOverwritten() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    let text = message { try tiny.train("run") }
    #expect(text?.contains("already holds a run; continue it with resume=auto") == true)
  }

  @Test func aChangedConfigurationIsRefusedByName() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.training.optimiser.learningRate = 0.5
    tiny.configuration.runtime.seed = 7
    let text = message { try tiny.train("run", resume: .auto) }
    #expect(text?.contains("runtime.seed: 7, not 0") == true)
    #expect(text?.contains("training.optimiser.learningRate: 0.5, not 0.05") == true)
  }

  @Test func howARunIsCarriedOutMayChange() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.runtime.loaders = 0
    tiny.configuration.runtime.checkpointEverySteps = 2
    guard case .finished = try tiny.train("run", resume: .auto) else {
      Issue.record("the run did not finish")
      return
    }
  }

  @Test func otherDataIsRefused() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    let path = tiny.folder.file("data/dataset.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("\"tiny\"", with: "\"other\"").write(
      toFile: path, atomically: true, encoding: .utf8)
    let complaint = message { try tiny.train("run", resume: .auto) }
    #expect(complaint?.contains("the dataset is not the one that the run was begun with") == true)
  }

  @Test func aDamagedCheckpointFallsBackToTheOneBefore() throws {
    let tiny = try TinyRun()
    try tiny.train("whole")
    try tiny.train("run", maxSteps: 8)
    let newest = tiny.folder.file("run/checkpoints/step-0000000008.safetensors")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: newest))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: newest))
    let seen = Warnings()
    tiny.configuration.runtime.maxSteps = nil
    _ = try tiny.run("run", resume: .auto).train(observers: [seen])
    #expect(seen.texts.count == 1)
    #expect(seen.texts.first?.contains("is damaged and is skipped") == true)
    #expect(try tiny.bytes("run/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
    #expect(try tiny.records("run") == tiny.records("whole"))
  }

  /// One to fall back to is always kept.
  @Test func atLeastTwoCheckpointsAreKept() {
    #expect(CheckpointStore(folder: "x", keep: 1).keep == 2)
    #expect(CheckpointStore(folder: "x", keep: 3).keep == 3)
  }

  @Test func whenEveryCheckpointIsDamagedTheRunStops() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 8)
    let folder = tiny.folder.file("run/checkpoints")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try Data("no tensors".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    let text = message { try tiny.train("run", resume: .auto) }
    #expect(text?.contains("none of the 2 checkpoints can be read") == true)
  }

  @Test func aRunWithoutCheckpointsStartsAnew() throws {
    let tiny = try TinyRun()
    try tiny.train("whole")
    try tiny.train("run", maxSteps: 5)
    try FileManager.default.removeItem(atPath: tiny.folder.file("run/checkpoints"))
    try tiny.train("run", resume: .auto)
    #expect(try tiny.bytes("run/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
    #expect(try tiny.records("run") == tiny.records("whole"))
  }

  @Test func twoProcessesCannotWriteOneRun() throws {
    let tiny = try TinyRun()
    let first = try tiny.run("run")
    let text = message { _ = try tiny.run("run") }
    withExtendedLifetime(first) {}
    #expect(text?.contains("is writing this run") == true)
  }

  private final class Warnings: TrainingObserver {
    private(set) var texts: [String] = []

    func observe(_ event: TrainingEvent) {
      if case .warned(let text) = event { texts.append(text) }
    }
  }
}
