// SPDX-License-Identifier: Apache-2.0
import EquipoiseMetrics
import EquipoiseFormats
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// The rate of every step of a run of 20 epochs of 5 steps, against PyTorch's schedulers
/// (References/torch_schedules.py).
struct LearningRatesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let schedule: ScheduleSection

    init<Settings: ScheduleConfiguration>(
      _ name: String, _ settings: Settings, interval: ScheduleInterval? = nil,
      warmupEpochs: Int = 0, warmupSteps: Int = 0
    ) {
      testDescription = name
      var section = ScheduleSection(settings, warmupEpochs: warmupEpochs)
      (section.interval, section.warmupSteps) = (interval, warmupSteps)
      schedule = section
    }

    static var halves: StepSchedule {
      var schedule = StepSchedule()
      (schedule.stepSize, schedule.gamma) = (3, 0.5)
      return schedule
    }

    static var plateau: PlateauSchedule {
      var schedule = PlateauSchedule()
      (schedule.factor, schedule.patience, schedule.minimumChange) = (0.5, 1, 0.5)
      schedule.score = .loss
      return schedule
    }
  }

  static let cases = [
    Case("cosine by epoch", CosineSchedule()),
    Case("cosine by step", CosineSchedule(), interval: .step),
    Case("cosine by step after epochs", CosineSchedule(), interval: .step, warmupEpochs: 3),
    Case("polynomial after steps", PolynomialSchedule(), interval: .step, warmupSteps: 7),
    Case("step after steps", Case.halves, warmupSteps: 14),
    Case("one-cycle", OneCycleSchedule()),
    Case("plateau after warm-up", Case.plateau, warmupEpochs: 3),
  ]

  private func rates(_ schedule: ScheduleSection) -> LearningRates {
    var training = TrainingConfiguration()
    (training.epochs, training.schedule) = (20, schedule)
    training.optimiser.learningRate = 0.05
    return LearningRates(training, stepsPerEpoch: 5, selection: .accuracy)
  }

  private func golden(_ name: String) throws -> [Double] {
    let url = Bundle.module.url(forResource: "Goldens/learning_rates", withExtension: "safetensors")
    return try TensorFile(path: try #require(url).path).tensor(name).array(of: Double.self)
  }

  @Test(arguments: cases) func equalPyTorch(_ example: Case) throws {
    let (expected, scores) = try (golden(example.testDescription), golden("scores"))
    let rates = rates(example.schedule)
    for epoch in 0..<20 {
      for step in 0..<5 {
        #expect(
          abs(rates.rate(epoch: epoch, step: step) - expected[5 * epoch + step]) < 1e-12,
          "epoch \(epoch), step \(step)")
      }
      rates.observe(scores[epoch], epoch: epoch)
    }
    #expect(rates.changeInEpochs == (example.schedule.changesInEpochs))
    #expect(Set(expected).count > 4)
  }

  /// What a plateau has come to is all that its future rates need.
  @Test func aPlateauGoesOnFromItsState() throws {
    let scores = try golden("scores")
    let whole = rates(Case.plateau.section)
    for epoch in 0..<8 { whole.observe(scores[epoch], epoch: epoch) }
    let continued = rates(Case.plateau.section)
    let saved = try JSONEncoder().encode(whole.plateau)
    continued.plateau = try JSONDecoder().decode(Plateau.State.self, from: saved)
    for epoch in 8..<20 {
      #expect(continued.rate(epoch: epoch) == whole.rate(epoch: epoch))
      for rates in [whole, continued] { rates.observe(scores[epoch], epoch: epoch) }
    }
    #expect(whole.rate(epoch: 19) < 0.05 / 8)
  }

  @Test func theSelectionsScoreIsTheDefault() {
    #expect(rates(ScheduleSection(PlateauSchedule())).score == .accuracy)
    #expect(rates(Case.plateau.section).score == .loss)
    #expect(rates(ScheduleSection(CosineSchedule())).score == nil)
  }
}

extension PlateauSchedule {
  fileprivate var section: ScheduleSection { ScheduleSection(self) }
}
