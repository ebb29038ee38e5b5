// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// The learning rate that a run uses, measured by how far it goes along the gradient.
struct LearningRateTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let schedule: ScheduleSection
    let rates: [Double]
    var testDescription: String { name }

    init(_ name: String, _ rates: [Double], _ schedule: ScheduleSection) {
      (self.name, self.schedule, self.rates) = (name, schedule, rates)
    }

    /// Halved every two epochs.
    static var halves: StepSchedule {
      var schedule = StepSchedule()
      (schedule.stepSize, schedule.gamma) = (2, 0.5)
      return schedule
    }

    /// Down to 0.01.
    static var cosine: CosineSchedule {
      var schedule = CosineSchedule()
      schedule.minimumLearningRate = 0.01
      return schedule
    }
  }

  /// η₀ = 0.1; a warm-up begins with a tenth of it.
  static let cases = [
    Case("constant", [0.1, 0.1, 0.1], ScheduleSection(ConstantSchedule())),
    Case("step", [0.1, 0.1, 0.05, 0.05, 0.025], ScheduleSection(Case.halves)),
    Case(
      "step after warm-up", [0.01, 0.04, 0.07, 0.1, 0.1, 0.05],
      ScheduleSection(Case.halves, warmupEpochs: 3)),
    // 0.01 + 0.09 (1 + cos(π k / 4)) / 2 for k = 0 … 3.
    Case("cosine", [0.1, 0.0868198052, 0.055, 0.0231801948], ScheduleSection(Case.cosine)),
    // Two epochs of warm-up, then 0.01 + 0.09 (1 + cos(π k / 5)) / 2 for k = 0 … 4.
    Case(
      "cosine after warm-up",
      [0.01, 0.055, 0.1, 0.0914057647, 0.0689057647, 0.0410942353, 0.0185942353],
      ScheduleSection(Case.cosine, warmupEpochs: 2)),
    Case(
      "a warm-up longer than the run", [0.01, 0.0325, 0.055],
      ScheduleSection(CosineSchedule(), warmupEpochs: 4)),
  ]

  /// One step for each epoch, without momentum, decay and dropout: θ ← θ − η ∂L/∂θ.
  private func tinyRun(_ example: Case) throws -> TinyRun {
    let tiny = try TinyRun([
      "a": ModalityDescription(kind: .vector, shape: [5], type: .float32),
      "b": ModalityDescription(kind: .vector, shape: [3], type: .float32),
    ])
    for name in ["a", "b"] {
      tiny.configuration.model.encoders[name] = .mlp(width: 6, depth: 2)
    }
    tiny.configuration.training.batchSize = 14
    tiny.configuration.training.epochs = example.rates.count
    tiny.configuration.training.schedule = example.schedule
    tiny.configuration.training.optimiser = .sgd(learningRate: 0.1, momentum: 0, weightDecay: 0)
    return tiny
  }

  @Test(arguments: cases) func everyEpochHasItsRate(_ example: Case) throws {
    let tiny = try tinyRun(example)
    let run = try tiny.run("run")
    let watch = RateWatch(run.parts)
    _ = try run.train(observers: [watch])
    expect(watch.rates, example.rates)
    let records = try tiny.records("run").compactMap { $0["learningRate"].flatMap(Double.init) }
    #expect(records.count == example.rates.count)
    #expect(zip(records, example.rates).allSatisfy { abs($0 - $1) < 1e-9 }, "\(records)")
    // An epoch of one step: its loss is that before the step, and nothing of the epoch before is in it.
    let losses = try tiny.records("run").compactMap { $0["trainLoss"].flatMap(Double.init) }
    #expect(zip(losses, watch.losses).allSatisfy { abs($0 - $1) < 1e-6 }, "\(losses)")
    #expect(losses.count == example.rates.count && losses[0] != losses[losses.count - 1])
  }

  @Test(arguments: [2, 4]) func aRunThatContinuesGoesOnWithTheRatesOfItsEpochs(_ stop: Int) throws {
    let example = Self.cases[4]
    let tiny = try tinyRun(example)
    try tiny.train("run", maxSteps: stop)
    tiny.configuration.runtime.maxSteps = nil
    let run = try tiny.run("run", resume: .auto)
    let watch = RateWatch(run.parts)
    _ = try run.train(observers: [watch])
    expect(watch.rates, Array(example.rates.dropFirst(stop)))
  }

  private func expect(_ rates: [Double], _ expected: [Double]) {
    #expect(
      rates.count == expected.count
        && zip(rates, expected).allSatisfy { abs($0 / $1 - 1) < 2e-3 }, "\(rates)")
  }

  /// What an epoch's record calls the training loss is the mean over its samples: batches of 4, 4, 4
  /// and 2, at weights that do not move.
  @Test func theTrainingLossIsTheMeanOverSamples() throws {
    let tiny = try tinyRun(Self.cases[0])
    tiny.configuration.training.batchSize = 4
    tiny.configuration.training.optimiser.learningRate = 1e-30
    let run = try tiny.run("run")
    let expected = try run.parts.evaluate(.train)
    _ = try run.train()
    let records = try tiny.records("run")
    #expect(records.count == 3)
    for record in records {
      let loss = try #require(record["trainLoss"].flatMap(Double.init))
      #expect(abs(loss - expected.loss) < 1e-6)
      #expect(record["trainAccuracy"].flatMap(Double.init) == expected.accuracy)
    }
  }

  /// Holds the weights and the gradient before each step.
  private final class RateWatch: TrainingObserver {
    private(set) var rates: [Double] = []
    /// The loss of the whole training split before each step, and after the last.
    private(set) var losses: [Double] = []
    private let parts: RunParts
    private var before: (weights: [Tensor], gradients: [Tensor])?

    init(_ parts: RunParts) { self.parts = parts }

    func observe(_ event: TrainingEvent) {
      switch event {
      case .began: look()
      case .stepped:
        measure()
        look()
      default: break
      }
    }

    private var weights: [Tensor] {
      parts.model.namedParameters.map { $0.parameter.leaf.detached().to(.float64).cloned() }
    }

    private func look() {
      do {
        try parts.data.forEachBatch(of: .train) { batch in
          let loss = parts.model.forward(batch.inputs, .evaluation).logits
            .crossEntropy(batch.labels)
          let gradients = try parts.engine.gradients(of: loss).entries.compactMap(\.gradient)
          losses.append(loss.item())
          before = (weights, gradients.map { $0.to(.float64).cloned() })
        }
      } catch {
        Issue.record(error)
      }
    }

    private func measure() {
      guard let before else { return }
      let moved = zip(before.weights, weights).map { $0 - $1 }
      func product(_ a: [Tensor], _ b: [Tensor]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).sum().item() }
      }
      rates.append(
        product(moved, before.gradients) / product(before.gradients, before.gradients))
    }
  }
}
