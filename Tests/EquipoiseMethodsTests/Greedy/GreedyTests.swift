// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

struct GreedyTests {
  // MARK: Equations, with numbers calculated by hand

  @Test func conditionalSpeeds() {
    var progress = GreedyProgress(modalities: ["0", "1"])
    progress.record([:], (bypass: [0.0015, 0.0045], main: [0.02, 0.01]))
    progress.record([:], (bypass: [0.0025, 0.0045], main: [0.03, 0.01]))
    let speeds = progress.conditionalSpeeds
    #expect(abs(speeds[0] + 1.096910) < 1e-6 && abs(speeds[1] + 0.346787) < 1e-6)
    #expect(Greedy.caring(speeds, threshold: 0.01) == 1)
    #expect(Greedy.caring(speeds.reversed(), threshold: 0.01) == 0)
    #expect(Greedy.caring(speeds, threshold: 0.76) == nil)
    #expect(Greedy.caring([0, 0.015], threshold: 0.01) == 1)
    #expect(Greedy.caring([0, 0.01], threshold: 0.01) == nil)
    #expect(Greedy.caring([-2, -1, -3], threshold: 0.01) == 1)
    #expect(Greedy.conditionalSpeed(bypass: 0, main: 0) == 0)
  }

  @Test func speedIsTheRatioOfSquaredNorms() {
    let gradients = [Tensor([1.0, 2.0]), nil, Tensor([2.0])]
    let parameters = [Tensor([3.0, 0.0]), Tensor([3.0]), Tensor([0.0])]
    #expect(abs(Greedy.speed(gradients, parameters).item() - 0.5) < 1e-12)
  }

  @Test func runningGatesAreMeans() throws {
    var progress = GreedyProgress(modalities: ["a"])
    let none = (bypass: [0.0], main: [0.0])
    let expected = [[0.2, 0.8], [0.3, 0.7], [0.4, 0.7]]
    for (gate, mean) in zip([[0.2, 0.8], [0.4, 0.6], [0.6, 0.7]], expected) {
      progress.record(["1.a": Tensor(gate)], none)
      let found = try #require(progress.runningGate(1, 0)).array(of: Double.self)
      #expect(zip(found, mean).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  // MARK: Steps

  private func golden(_ name: String, modalities: Int = 2) throws -> StepGolden {
    try StepGolden("greedy_steps", name, modalities: modalities, fusion: .sum) { configuration in
      configuration.coupling = .mmtm
      for name in ["text", "view"].prefix(modalities - 1) {
        configuration.encoders[name] = .mlp(width: 8, depth: 4)
      }
    }
  }

  /// The prediction is the mean of the branches' logits, of any number of them.
  @Test(arguments: [("plain", 2), ("three", 3)])
  func theFusedLogitsAreTheMean(name: String, modalities: Int) throws {
    let golden = try golden(name, modalities: modalities)
    let method = try Greedy(configuration(threshold: 0.01), for: golden.setting)
    let features = golden.model.features(try golden.context(0).batch.inputs, .evaluation)
    let own = try features.indices.map {
      try #require(golden.model.fusion.ownLogits($0, of: features[$0]))
    }
    let fused = try method.fusedLogits(of: features, with: golden.model)
    #expect(isClose(fused, Tensor.stacked(own).mean(over: [0]), tolerance: 1e-12))
  }

  private func configuration(threshold: Double, duration: Int = 5) -> Greedy.Configuration {
    var configuration = Greedy.Configuration()
    (configuration.threshold, configuration.duration) = (threshold, duration)
    configuration.warmupEpochs = 0
    return configuration
  }

  @Test(arguments: [
    ("plain", 2, Double.infinity, 5), ("curated", 2, 0.01, 1), ("three", 3, 0.01, 2),
  ])
  func stepsAreTheReferences(name: String, modalities: Int, threshold: Double, duration: Int) throws
  {
    let golden = try golden(name, modalities: modalities)
    let method = try Greedy(
      configuration(threshold: threshold, duration: duration), for: golden.setting)
    let engine = try golden.engine(training: method)
    var modes: [Int] = []
    try golden.check(method) { context in
      modes.append(method.progress.caring ?? -1)
      return try method.step(in: context, with: engine)
    }
    #expect(try modes == golden("modes").array(of: Int.self))
    for (name, tensor) in method.state where name.hasPrefix("gates.") {
      try golden.expect(tensor, is: "gate." + name.dropFirst("gates.".count))
    }
    let speeds = method.progress.bypass + method.progress.main
    try golden.expect(Tensor(speeds, shape: [2, modalities]), is: "speeds")
  }

  /// Steps that start from what `mode` gives for each.
  private func modes(_ configuration: Greedy.Configuration, steps: Int) throws -> [Int?] {
    let golden = try golden("plain")
    let method = try Greedy(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    return try (0..<steps).map { step in
      let batch = try golden.context(step % StepGolden.steps).batch
      let context = StepContext(
        epoch: step / 3, step: step % 3, stepsPerEpoch: 3, globalStep: step, batch: batch,
        mode: .training())
      let mode = method.progress.caring
      _ = try method.step(in: context, with: engine)
      return mode
    }
  }

  @Test func oneRegularStepThenFiveCurated() throws {
    let kinds = try modes(configuration(threshold: 0), steps: 8).map { $0 == nil }
    #expect(kinds == [true, false, false, false, false, false, true, false])
  }

  @Test func warmupOnlyMeasures() throws {
    var configuration = configuration(threshold: 0)
    configuration.warmupEpochs = 1
    let kinds = try modes(configuration, steps: 5).map { $0 == nil }
    #expect(kinds == [true, true, true, true, false])
  }

  @Test func chanceTakesEveryMode() throws {
    var configuration = configuration(threshold: 0)
    configuration.selection = .random
    let found = try modes(configuration, steps: 24)
    #expect(Set(found) == [nil, 0, 1])
    #expect(try modes(configuration, steps: 24) == found)
  }

  /// A branch whose gates are fixed at every depth does not see the other.
  @Test func aFixedGateCutsTheBranchOff() throws {
    let model = try golden("plain").model
    let inputs = try golden("plain").context(0).batch.inputs
    let input = inputs[1].asLeaf()
    let forward = model.forward([inputs[0], input], .training()) { _, gates in
      [gates[0].detached().zerosLike() + 0.5, gates[1]]
    }
    let logits = try #require(model.fusion.ownLogits(0, of: forward.features[0]))
    let excite = model.coupling.modules.flatMap(\.namedParameters).filter {
      $0.name.hasPrefix("excite.audio.")
    }
    let found = gradients(
      of: [logits.sum()], withRespectTo: [input] + excite.map(\.parameter.leaf))
    #expect(excite.count == 6 && found.allSatisfy { $0 == nil })
  }
}
