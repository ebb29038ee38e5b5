// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseTraining

/// A run that was finished goes on when it is given more epochs.
struct RunGrowthTests {
  /// With rates that do not depend on the length: the bits of all epochs at once.
  @Test(arguments: [nil, 9] as [Int?])
  func moreEpochsContinue(interruptedAt step: Int?) throws {
    let tiny = try TinyRun()
    try tiny.train("whole")
    tiny.configuration.training.epochs = 2
    try tiny.train("run")
    #expect(try RunResult.read(in: tiny, "run").steps == 8)
    tiny.configuration.training.epochs = 3
    if let step {
      try tiny.train("run", resume: .auto, maxSteps: step)
      // It is not done any more, and does not say so.
      #expect(!FileManager.default.fileExists(atPath: tiny.folder.file("run/result.json")))
    }
    var warnings: [String] = []
    tiny.configuration.runtime.maxSteps = nil
    _ = try tiny.run("run", resume: .auto) { warnings.append($0) }.train()
    #expect(warnings.isEmpty)
    for file in ["weights.safetensors", "best.safetensors", "confusion.safetensors"] {
      #expect(try tiny.bytes("run/" + file) == tiny.bytes("whole/" + file), "\(file)")
    }
    #expect(try tiny.records("run") == tiny.records("whole"))
    let (grown, whole) = (
      try RunResult.read(in: tiny, "run"), try RunResult.read(in: tiny, "whole")
    )
    #expect(grown.steps == 12 && grown.bestEpoch == whole.bestEpoch)
    #expect(grown.validation.loss == whole.validation.loss)
    #expect(grown.test?.loss == whole.test?.loss)
  }

  @Test func aScheduleOverTheWholeLengthIsNamed() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.schedule = ScheduleSection(CosineSchedule())
    tiny.configuration.training.epochs = 2
    try tiny.train("run")
    tiny.configuration.training.epochs = 4
    var warnings: [String] = []
    guard case .finished = try tiny.run("run", resume: .auto, warn: { warnings.append($0) }).train()
    else {
      Issue.record("the run did not finish")
      return
    }
    // Half a cosine over 2 epochs is at its middle in the second, over 4 in the third.
    #expect(
      warnings == [
        "training.schedule 'cosine' runs over the whole length: from epoch 1 on the learning rate followed 2 epochs "
          + "(0.025 in the last), and now follows 4 (0.025 in the next); the result is not that of 4 epochs at once"
      ])
    #expect(try tiny.records("run").count == 4)
  }

  /// Offline estimates are over all epochs; online ones end with the run.
  @Test func gradientBlendingNamesItsEstimates() throws {
    let tiny = try TinyRun()
    for (estimation, part) in [
      (
        GradientBlending.Estimation.offline,
        "estimated its weights over 2 epochs, the former length"
      ),
      (.online, "shortened its last estimate to the 2 epochs that were left"), (.fixed, nil),
    ] as [(GradientBlending.Estimation, String?)] {
      var settings = GradientBlending.Configuration()
      settings.estimation = estimation
      tiny.configuration.method = MethodSection(GradientBlending.self, settings)
      tiny.configuration.training.epochs = 2
      let name = "\(estimation)"
      try tiny.train(name)
      tiny.configuration.training.epochs = 3
      var warnings: [String] = []
      _ = try tiny.run(name, resume: .auto) { warnings.append($0) }
      #expect(warnings.count == (part == nil ? 0 : 1), "\(warnings)")
      if let part { #expect(warnings.first?.contains(part) == true, "\(warnings)") }
    }
  }

  @Test func fewerEpochsAreRefused() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.training.epochs = 2
    let text = message { try tiny.train("run", resume: .auto) }
    #expect(text?.contains("training.epochs: 2, not 3") == true)
    // A run of an experiment has the length that the experiment says.
    tiny.configuration.training.epochs = 4
    let folder = RunFolder(tiny.folder.file("run"))
    let strict = message { try TrainingRun.checkUnchanged(tiny.configuration, in: folder) }
    #expect(strict?.contains("training.epochs: 4, not 3") == true)
  }

  /// The fingerprint says which data these are; batches of evaluation are how a run is carried out.
  @Test func movedDataIsTheSame() throws {
    let tiny = try TinyRun()
    try tiny.train("whole")
    try tiny.train("run", maxSteps: 5)
    let moved = tiny.folder.file("moved")
    try FileManager.default.moveItem(atPath: tiny.configuration.data, toPath: moved)
    tiny.configuration.data = moved + "/../moved/"
    tiny.configuration.evaluation.batchSize = 6
    tiny.configuration.runtime.maxSteps = nil
    var warnings: [String] = []
    _ = try tiny.run("run", resume: .auto) { warnings.append($0) }.train()
    #expect(
      warnings == [
        "evaluation.batchSize was null and is now 6: the last bits of scores may differ"
      ])
    #expect(try tiny.bytes("run/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
  }

  @Test func anotherDeviceIsTheSameRun() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.runtime.device = "cpu"
    var other = tiny.configuration
    other.runtime.device = "auto"
    try TrainingRun.checkUnchanged(other, in: RunFolder(tiny.folder.file("run")))
  }
}

extension RunResult {
  fileprivate static func read(in tiny: TinyRun, _ name: String) throws -> RunResult {
    try JSONDecoder().decode(RunResult.self, from: tiny.bytes(name + "/result.json"))
  }
}
