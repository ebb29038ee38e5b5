// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Whole runs by several workers: what one of them decides or meets concerns all.
struct WorkerRunTests {
  private let tiny: TinyRun

  init() throws {
    tiny = try TinyRun([
      "image": ModalityDescription(kind: .image, shape: [1, 6, 6], type: .float32),
      "vector": ModalityDescription(kind: .vector, shape: [5], type: .float32),
    ])
    tiny.configuration.model.encoders = NamedSections([
      "image": .resnet18(width: 1, smallImageStem: true), "vector": .mlp(width: 4, depth: 2),
    ])
    tiny.configuration.training.batchSize = 7
  }

  /// What a worker says of a run: how it ended, and what it was told.
  private struct Ending: Sendable {
    var outcome = ""
    var events = 0
    var loss: Double?
  }

  private final class Counter: TrainingObserver {
    var events = 0
    func observe(_ event: TrainingEvent) { events += 1 }
  }

  /// Trains by two workers, each with its own signal and changes of the configuration.
  private func train(
    _ name: String, resume: ResumePolicy = .never,
    signal: @escaping @Sendable (_ rank: Int, _ asked: Int) -> Int32? = { _, _ in nil },
    changing change: @escaping @Sendable (_ rank: Int, inout RunConfiguration) -> Void = { _, _ in }
  ) throws -> [Result<Ending, any Error>] {
    let (base, folder) = (tiny.configuration, RunFolder(tiny.folder.file(name)))
    return try WorkerThreads.outcomes(2) { group in
      var configuration = base
      change(group.rank, &configuration)
      let run = try TrainingRun(
        configuration, in: folder, resume: resume, workers: group)
      var asked = 0
      let counter = Counter()
      let outcome = try run.train(
        stopSignal: {
          asked += 1
          return signal(group.rank, asked)
        }, observers: [counter])
      return switch outcome {
      case .finished(let result):
        Ending(
          outcome: "finished after \(result.steps)", events: counter.events,
          loss: result.validation.loss)
      case .reachedMaxSteps(let steps): Ending(outcome: "reached \(steps)")
      case .interrupted(let signal): Ending(outcome: "signal \(signal)", events: counter.events)
      }
    }
  }

  private func expectAlike(_ endings: [Result<Ending, any Error>]) throws -> Ending {
    let found = try endings.map { try $0.get() }
    #expect(found.allSatisfy { $0.outcome == found[0].outcome && $0.loss == found[0].loss })
    #expect(found.allSatisfy { $0.events == found[0].events })
    return found[0]
  }

  /// A signal to the second worker alone, with the moving average in the weights' place while they are scored; continued,
  /// and the same to the bit as without a break.
  @Test func aSignalToOneStopsAllAfterTheSameStep() throws {
    tiny.configuration.training.averaging.type = .ema
    let ending = try expectAlike(
      try train("broken", signal: { rank, asked in rank == 1 && asked == 3 ? SIGTERM : nil }))
    #expect(ending.outcome == "signal \(SIGTERM)")
    let continued = try expectAlike(try train("broken", resume: .auto))
    #expect(continued.outcome == "finished after 6")
    let whole = try expectAlike(try train("whole"))
    #expect(continued.loss == whole.loss)
    for file in ["best.safetensors", "weights.safetensors"] {
      #expect(try tiny.bytes("broken/" + file) == tiny.bytes("whole/" + file), "\(file)")
    }
    #expect(try tiny.records("broken") == tiny.records("whole"))
  }

  @Test func trainingThatNoLongerImprovesEndsForAll() throws {
    tiny.configuration.training.epochs = 50
    tiny.configuration.training.earlyStopping.patience = 1
    // Nothing improves, not even statistics.
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.training.optimiser = .sgd(learningRate: 1e-12)
    let ending = try expectAlike(try train("run"))
    #expect(ending.outcome == "finished after 4")
  }

  /// Time is up after the first step, by the clock of the first worker.
  @Test func timeThatIsUpEndsForAll() throws {
    tiny.configuration.training.maximumSeconds = 1e-3
    #expect(try expectAlike(try train("run")).outcome == "finished after 1")
  }

  @Test func workersThatDifferAreTold() throws {
    let outcomes = try train(
      "run",
      changing: { rank, configuration in
        if rank == 1 { configuration.training.optimiser.learningRate = 0.2 }
      })
    for outcome in outcomes {
      let found = message { _ = try outcome.get() }
      #expect(found?.contains("the configuration of worker 1 is") == true, "\(found ?? "")")
    }
    #expect(!FileManager.default.fileExists(atPath: tiny.folder.file("run")))
  }

  /// The folder is the first worker's affair; the second one says what it said.
  @Test func aFolderThatIsInTheWayIsEverybodys() throws {
    tiny.configuration.training.epochs = 1
    _ = try expectAlike(try train("run"))
    let outcomes = try train("run")
    #expect(message { _ = try outcomes[0].get() }?.contains("already holds a run") == true)
    #expect(
      message { _ = try outcomes[1].get() }?.contains("worker 0 failed: ") == true)
  }
}
