// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct LearningRateScheduleTests {
  static let schedules: [(String, LearningRateSchedule)] = [
    ("constant", .init(base: 0.05)),
    ("step", .init(base: 0.05, decay: .step(epochs: 30, factor: 0.1))),
    ("cosine", .init(base: 0.05, decay: .cosine(epochs: 100, minimum: 0.001))),
    ("cosine_periodic", .init(base: 0.05, decay: .cosine(epochs: 40, minimum: 0))),
    ("warmup_constant", .init(base: 0.05, warmup: 10, warmupStart: 0.01)),
    (
      "warmup_step",
      .init(base: 0.05, decay: .step(epochs: 30, factor: 0.1), warmup: 7, warmupStart: 0.1)
    ),
    (
      "warmup_cosine",
      .init(base: 0.05, decay: .cosine(epochs: 95, minimum: 0), warmup: 5, warmupStart: 0.2)
    ),
  ]

  @Test("equals PyTorch over 100 epochs", arguments: schedules)
  func golden(_ name: String, _ schedule: LearningRateSchedule) throws {
    let expected = try Golden("schedules")(name).doubles
    #expect(expected.count == 100)
    for (epoch, rate) in expected.enumerated() {
      // PyTorch multiplies from epoch to epoch, which costs it some last bits.
      #expect(abs(schedule.rate(at: epoch) - rate) < 1e-12, "epoch \(epoch)")
    }
  }

  @Test func referenceModels() {
    // The 1e-3 and StepLR(70, 0.1) of OGM-GE.
    let schedule = LearningRateSchedule(base: 1e-3, decay: .step(epochs: 70, factor: 0.1))
    #expect(schedule.rate(at: 69) == 1e-3)
    #expect(schedule.rate(at: 70) == 1e-4)
  }
}
