// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Runs that end before their last epoch, and schedules that go by scores or steps, also continued.
struct TrainingEndTests {
  private func tinyRun(epochs: Int = 8) throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.training.epochs = epochs
    return tiny
  }

  /// A minimal change that none makes ends a run after one epoch and its patience.
  private func impatient() throws -> TinyRun {
    let tiny = try tinyRun()
    tiny.configuration.training.earlyStopping.patience = 3
    tiny.configuration.training.earlyStopping.minimumChange = 100
    tiny.configuration.training.earlyStopping.score = .loss
    return tiny
  }

  @Test func endsWhenNothingImproves() throws {
    let tiny = try impatient()
    let seen = Reasons()
    guard case .finished(let result) = try tiny.run("run").train(observers: [seen]) else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 4 * 4)
    #expect(try tiny.records("run").count == 4)
    #expect(
      seen.texts == [
        "loss has not improved for 3 epochs, the patience of training.earlyStopping: training ends "
          + "after epoch 4"
      ])
    // It has ended, however often the command is repeated.
    guard case .finished(let again) = try tiny.train("run", resume: .auto) else {
      Issue.record("the run did not finish again")
      return
    }
    #expect(again.steps == result.steps)
    #expect(try tiny.records("run").count == 4)
  }

  /// The epochs that were waited before a stop count after it.
  @Test(arguments: [9, 12, 14]) func continuedItEndsAtTheSameEpoch(_ step: Int) throws {
    try expectResumption(of: try impatient(), after: step)
  }

  @Test func improvementGoesOn() throws {
    let tiny = try impatient()
    tiny.configuration.training.earlyStopping.minimumChange = 0
    tiny.configuration.training.earlyStopping.patience = 8
    try tiny.train("run")
    #expect(try tiny.records("run").count == 8)
  }

  @Test func timeEndsTheEpochUnderWay() throws {
    let tiny = try tinyRun()
    tiny.configuration.training.maximumSeconds = 1e-6
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 1 && result.bestEpoch == 0)
    #expect(try tiny.records("run").count == 1)
    let bytes = try tiny.bytes("run/weights.safetensors")
    try tiny.train("run", resume: .auto)
    #expect(try tiny.bytes("run/weights.safetensors") == bytes)
    #expect(try tiny.records("run").count == 1)
  }

  /// All sittings count: the second ends the epoch that the first left.
  @Test func timeOfFormerSittingsCounts() throws {
    let tiny = try tinyRun()
    tiny.configuration.training.maximumSeconds = 1e6
    try tiny.train("run", maxSteps: 6)
    let store = CheckpointStore(folder: tiny.folder.file("run/checkpoints"), keep: 2)
    var checkpoint = try #require(try store.latest(warn: { _ in }))
    #expect(try #require(checkpoint.progress.elapsed) > 0)
    checkpoint.progress.elapsed = 2e6
    try store.save(checkpoint)
    guard case .finished(let result) = try tiny.train("run", resume: .auto) else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 6)
    #expect(try tiny.records("run").count == 2)
  }

  @Test func enoughTimeChangesNothing() throws {
    let tiny = try tinyRun(epochs: 2)
    try tiny.train("without")
    tiny.configuration.training.maximumSeconds = 1e6
    try tiny.train("with")
    #expect(try tiny.bytes("with/weights.safetensors") == tiny.bytes("without/weights.safetensors"))
  }

  private static let schedules: [(String, ScheduleSection)] = {
    var plateau = PlateauSchedule()
    (plateau.patience, plateau.factor, plateau.minimumChange) = (0, 0.5, 0.9)
    var restarts = ScheduleSection(RestartsSchedule())
    restarts.interval = .step
    var warm = ScheduleSection(CosineSchedule())
    warm.warmupSteps = 6
    return [
      ("plateau", ScheduleSection(plateau)), ("one-cycle", ScheduleSection(OneCycleSchedule())),
      ("restarts by step", restarts), ("warm-up by step", warm),
    ]
  }()

  @Test(arguments: schedules) func schedulesGoOnWhereTheyWere(
    _ name: String, _ schedule: ScheduleSection
  ) throws {
    for step in [6, 12] {
      let tiny = try tinyRun(epochs: 5)
      tiny.configuration.training.schedule = schedule
      try expectResumption(of: tiny, after: step)
      let rates = try tiny.records("whole").compactMap { $0["learningRate"] }
      #expect(Set(rates).count > 2, "\(name): \(rates)")
    }
  }

  @Test func unknownScoresAreRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.training.earlyStopping.patience = 1
    tiny.configuration.training.earlyStopping.score = .meanAbsoluteError
    let stopping = message { _ = try tiny.run("run") }
    #expect(
      stopping?.hasPrefix("training.earlyStopping.score: classification has no score 'mae'") == true
    )
    tiny.configuration.training.earlyStopping = EarlyStoppingConfiguration()
    var plateau = PlateauSchedule()
    plateau.score = .meanAbsoluteError
    tiny.configuration.training.schedule = ScheduleSection(plateau)
    let schedule = message { _ = try tiny.run("run") }
    #expect(
      schedule?.hasPrefix("training.schedule.score: classification has no score 'mae'") == true)
  }

  private final class Reasons: TrainingObserver {
    private(set) var texts: [String] = []

    func observe(_ event: TrainingEvent) {
      if case .stopped(let text) = event { texts.append(text) }
    }
  }
}
