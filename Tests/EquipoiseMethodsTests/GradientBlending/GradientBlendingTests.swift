// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

struct GradientBlendingTests {
  // MARK: Equations, with numbers calculated by hand

  private static let before = [(1.6, 1.7), (1.4, 1.5), (1.5, 1.6)].map(HeadLosses.init)
  private static let after = [(0.8, 1.3), (0.9, 1.1), (0.3, 1.0)].map(HeadLosses.init)

  private static func weights(scale: Double = 1) -> [Double] {
    let pairs = zip(before, after).map { old, new in
      (
        HeadLosses(training: scale * old.training, validation: scale * old.validation),
        HeadLosses(training: scale * new.training, validation: scale * new.validation)
      )
    }
    return GradientBlending.weights(
      gains: pairs.map { $0.1.gain(from: $0.0) },
      overfittings: pairs.map { $0.1.overfitting(from: $0.0) })
  }

  @Test func gainsAndOverfitting() {
    let pairs = zip(Self.before, Self.after)
    let gains = pairs.map { $1.gain(from: $0) }
    let overfittings = pairs.map { $1.overfitting(from: $0) }
    #expect(isClose(gains, [0.4, 0.4, 0.6]))
    #expect(isClose(overfittings, [0.4, 0.1, 0.6]))
    #expect(isClose(Self.weights(), [0.056604, 0.905660, 0.037736]))
  }

  /// Σ w² O² / (Σ w G)² is smallest at the weights.
  @Test func weightsAreTheMinimum() {
    let (gains, overfittings) = ([0.4, 0.4, 0.6], [0.4, 0.1, 0.6])
    func objective(_ weights: [Double]) -> Double {
      let noise = zip(weights, overfittings).map { $0 * $0 * $1 * $1 }.reduce(0, +)
      let signal = zip(weights, gains).map(*).reduce(0, +)
      return noise / (signal * signal)
    }
    let best = GradientBlending.weights(gains: gains, overfittings: overfittings)
    #expect(abs(objective(best) - 1.0 / 18) < 1e-12)
    #expect(abs(objective([1, 1, 1]) - 0.270408) < 1e-6)
    let vertices: [[Double]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    #expect(isClose(vertices.map(objective), [1, 0.0625, 1]))
  }

  @Test func theScaleOfLossesDoesNotMatter() {
    #expect(isClose(Self.weights(scale: 3), Self.weights()))
  }

  @Test func permutingHeadsPermutesWeights() {
    let weights = GradientBlending.weights(gains: [0.6, 0.4, 0.4], overfittings: [0.6, 0.4, 0.1])
    #expect(isClose(weights, [0.037736, 0.056604, 0.905660]))
  }

  @Test func guards() {
    let weights = GradientBlending.weights
    #expect(weights([-1, 2, 0], [0.1, 1, 0.1]) == [0, 1, 0])
    #expect(weights([0, -1, .nan], [0.1, 1, 1]) == GradientBlending.equalWeights(3))
    #expect(isClose(weights([1, 1], [0, 0.001]), [0.5, 0.5]))
    #expect(weights([1, .nan], [1, 1]) == [1, 0])
  }

  @Test func superEpochsBeginWhereTheyShould() {
    let starts = (0..<22).filter {
      GradientBlending.superEpoch(beginningAt: $0, first: 10, next: 5) != nil
    }
    #expect(starts == [0, 10, 15, 20])
    let others = (0..<15).filter {
      GradientBlending.superEpoch(beginningAt: $0, first: 3, next: 5) != nil
    }
    #expect(others == [0, 3, 8, 13])
    #expect(GradientBlending.superEpoch(beginningAt: 0, first: 10, next: 5) == 10)
    #expect(GradientBlending.superEpoch(beginningAt: 15, first: 10, next: 5) == 5)
  }

  // MARK: Steps

  private static func fixed(_ weights: [Double]) -> GradientBlending.Configuration {
    var configuration = GradientBlending.Configuration()
    (configuration.estimation, configuration.weights) = (.fixed, weights)
    return configuration
  }

  @Test(arguments: [("two", [0.25, 0.125, 0.625]), ("three", [0.25, 0.25, 0.125, 0.375])])
  func stepsAreTheReferences(name: String, weights: [Double]) throws {
    let golden = try StepGolden(
      "gradient_blending_steps", name, modalities: weights.count - 1, fusion: .concatenation)
    let method = try GradientBlending(Self.fixed(weights), for: golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method, StandardStep(method, engine: engine).run)
  }

  @Test func theEstimateIsTheReferencesAndLeavesNoTrace() throws {
    let golden = try StepGolden("gradient_blending_steps", "two", fusion: .concatenation)
    let method = try GradientBlending(GradientBlending.Configuration(), for: golden.setting)
    let engine = try golden.engine(training: method)
    engine.optimizer.learningRate = 0.125
    let before = (golden.model.state + engine.optimizer.state).map { $0.tensor.cloned() }
    try method.beginEpoch(0, with: engine)
    try golden.expect(Tensor(method.weights), is: "weights")
    for (old, new) in zip(before, golden.model.state + engine.optimizer.state) {
      #expect(old.array(of: Double.self) == new.tensor.array(of: Double.self), "\(new.name)")
    }
    #expect(engine.optimizer.learningRate == 0.125)
  }

  /// After real steps an estimate still starts with a new optimiser: it finds what a new optimiser finds
  /// at the same weights, and the run's momentum is there again afterwards.
  @Test func anEstimateAfterRealStepsStartsTheOptimiserAnew() throws {
    let golden = try StepGolden("gradient_blending_steps", "two", fusion: .concatenation)
    var configuration = GradientBlending.Configuration()
    (configuration.firstSuperEpoch, configuration.superEpoch) = (1, 1)
    let method = try GradientBlending(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    let step = StandardStep(method, engine: engine)
    for index in 0..<2 { _ = try step.run(try golden.context(index)) }
    func everything() -> [Tensor] {
      (golden.model.state + engine.optimizer.state).map { $0.tensor.detached().cloned() }
        + method.ownParameters.map { $0.parameter.leaf.detached().cloned() }
    }
    let before = everything()
    #expect(engine.optimizer.state.contains { $0.tensor.magnitude().sum().item() > 0.01 })
    try method.beginEpoch(1, with: engine)
    #expect(zip(before, everything()).allSatisfy(isEqual))
    let found = method.weights

    let heads = method.ownParameters.map { $0.parameter.leaf.detached().cloned() }
    let fresh = try golden.engine(training: method)
    for (entry, head) in zip(method.ownParameters, heads) { entry.parameter.assign(head) }
    try method.beginEpoch(1, with: fresh)
    #expect(method.weights == found && Set(found).count > 1)
  }

  /// What is measured of a head: its mean cross-entropy, or its share of wrong predictions.
  @Test func measuresAreMeansOverSamples() throws {
    let golden = try StepGolden("gradient_blending_steps", "two", fusion: .concatenation)
    let joint = Joint(Joint.Configuration(), for: golden.setting)
    let engine = try golden.engine(training: joint)
    let training = try (0..<3).map { try golden.context($0).batch }
    let validation = try golden.context(3).batch
    for measure in [GradientBlending.Measure.loss, .error] {
      let estimator = HeadEstimator(golden.setting, measure: measure)
      func expected(_ batches: [Batch], _ head: Int) -> Double {
        let samples = withoutGradient {
          batches.flatMap { batch -> [Double] in
            let forward = golden.model.forward(batch.inputs, .evaluation)
            let logits =
              head == 2 ? forward.logits : estimator.heads.modules[head](forward.features[head])
            let losses = logits.crossEntropyPerSample(batch.labels).array(of: Double.self)
            let said = logits.argmax(1).array(of: Int.self)
            let wrong = zip(said, batch.labels.array(of: Int.self)).map { $0 == $1 ? 0.0 : 1 }
            return measure == .loss ? losses : wrong
          }
        }
        return samples.reduce(0, +) / Double(samples.count)
      }
      let before = try estimator.measure(0..<1, with: engine).before
      #expect(before.count == 3)
      for (head, losses) in before.enumerated() {
        #expect(abs(losses.training - expected(training, head)) < 1e-9)
        #expect(abs(losses.validation - expected([validation], head)) < 1e-9)
      }
    }
  }

  /// The first estimate is taken whole; later ones keep their part of the old weights.
  @Test func smoothingKeepsAPartOfTheOldWeights() throws {
    let golden = try StepGolden("gradient_blending_steps", "two", fusion: .concatenation)
    func method(_ smoothing: Double) throws -> GradientBlending {
      var configuration = GradientBlending.Configuration()
      (configuration.firstSuperEpoch, configuration.superEpoch) = (1, 1)
      configuration.smoothing = smoothing
      return try GradientBlending(configuration, for: golden.setting)
    }
    let (smooth, plain) = (try method(0.75), try method(0))
    let engine = try golden.engine(training: smooth)
    try smooth.beginEpoch(0, with: engine)
    let first = smooth.weights
    try plain.beginEpoch(0, with: golden.engine(training: plain))
    #expect(plain.weights == first)
    for index in 0..<2 {
      _ = try StandardStep(smooth, engine: engine).run(try golden.context(index))
    }
    let heads = smooth.ownParameters.map { $0.parameter.leaf.detached().cloned() }
    try smooth.beginEpoch(1, with: engine)
    let other = try golden.engine(training: plain)
    for (entry, head) in zip(plain.ownParameters, heads) { entry.parameter.assign(head) }
    try plain.beginEpoch(1, with: other)
    #expect(plain.weights != first)
    for (index, weight) in smooth.weights.enumerated() {
      #expect(abs(weight - (0.75 * first[index] + 0.25 * plain.weights[index])) < 1e-6)
    }
  }

  /// A trial takes the batches and learning rates of the epochs that it is a trial of.
  @Test func aTrialHasTheEpochsAndRatesOfTheRun() throws {
    let golden = try StepGolden("gradient_blending_steps", "two", fusion: .concatenation)
    let batch = try golden.context(0).batch
    var visited: [Int] = []
    let optimizer = SGD(golden.model.namedParameters, learningRate: 7, momentum: 0.9)
    let engine = TrainingEngine(
      model: golden.model, optimizer: optimizer, training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, _ in },
      schedule: TrainingEngine.EpochSchedule(
        batches: { epoch, body in
          visited.append(epoch)
          for _ in 0..<2 { try body(batch) }
        }, learningRate: { epoch, _ in Double(epoch) / 8 }))
    var rates: [Double] = []
    let result = try engine.rehearse(epochs: 3..<5) { _ in
      rates.append(optimizer.learningRate)
    } result: {
      rates.count
    }
    #expect(visited == [3, 4] && result == 4)
    #expect(rates == [0.375, 0.375, 0.5, 0.5])
    #expect(optimizer.learningRate == 7)
  }

  // MARK: Runs

  private func isClose(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }
}
