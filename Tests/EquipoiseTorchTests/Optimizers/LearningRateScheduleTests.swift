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
    (
      "restarts",
      .init(base: 0.05, decay: .restarts(period: 15, multiplier: 1, minimum: 0.002))
    ),
    (
      "restarts_longer",
      .init(base: 0.05, decay: .restarts(period: 7, multiplier: 2, minimum: 0))
    ),
    ("polynomial", .init(base: 0.05, decay: .polynomial(epochs: 100, power: 1, minimum: 0))),
    ("polynomial_power", .init(base: 0.05, decay: .polynomial(epochs: 80, power: 2.5, minimum: 0))),
    (
      "warmup_polynomial",
      .init(base: 0.05, decay: .polynomial(epochs: 88, power: 0.9, minimum: 0), warmup: 12)
    ),
    ("one_cycle", .init(base: 0.05, decay: .oneCycle(OneCycle(), epochs: 100))),
    (
      "one_cycle_linear",
      .init(base: 0.05, decay: .oneCycle(OneCycle(rise: 0.25, isLinear: true), epochs: 100))
    ),
    (
      "one_cycle_three",
      .init(
        base: 0.05,
        decay: .oneCycle(
          OneCycle(rise: 0.4, divisor: 10, finalDivisor: 100, hasThreePhases: true), epochs: 100))
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

  static let plateaus: [(String, Plateau)] = [
    ("plateau", Plateau(patience: 4)),
    (
      "plateau_absolute",
      Plateau(factor: 0.5, patience: 2, threshold: .absolute(0.01), rest: 5, minimum: 0.004)
    ),
    (
      "plateau_larger",
      Plateau(factor: 0.3, patience: 3, threshold: .relative(0.005), rest: 2, isLargerBetter: true)
    ),
    (
      "plateau_larger_absolute",
      Plateau(factor: 0.3, patience: 3, threshold: .absolute(0.02), isLargerBetter: true)
    ),
  ]

  @Test("equals PyTorch's ReduceLROnPlateau over 100 epochs", arguments: plateaus)
  func plateau(_ name: String, _ rule: Plateau) throws {
    let scores = try Golden("schedules")("scores").doubles
    let expected = try Golden("schedules")(name).doubles
    var state = Plateau.State(rate: 0.05)
    for (epoch, rate) in expected.enumerated() {
      #expect(abs(state.rate - rate) < 1e-15, "epoch \(epoch)")
      rule.observe(rule.isLargerBetter ? 1 - scores[epoch] : scores[epoch], &state)
    }
    #expect(Set(expected).count >= 5)
  }

  /// PyTorch divides by the length of a phase; here one without length is at its end.
  @Test func theShortestCycles() {
    let cycle = OneCycle()
    #expect((0..<1).map { cycle.rate(maximum: 1, at: $0, of: 1) } == [1 / 25 / 1e4])
    let ten = OneCycle(rise: 0.1).rate(maximum: 1, at: 0, of: 10)
    #expect(ten == 1)
  }
}
