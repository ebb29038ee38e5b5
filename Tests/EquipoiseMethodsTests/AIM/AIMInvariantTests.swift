// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What a step of AIM must and must not do, on the networks of the golden steps.
struct AIMInvariantTests {
  private func golden(
    _ architecture: AIMGolden.Architecture = .residual,
    _ change: (inout AIMConfiguration) -> Void = { _ in }
  ) throws -> AIMGolden {
    var configuration = AIMConfiguration()
    configuration.startEpoch = 0
    change(&configuration)
    return try AIMGolden(architecture, "default", configuration)
  }

  private func buffers(_ model: MultimodalModel) -> [String: [Double]] {
    Dictionary(
      uniqueKeysWithValues: model.namedBuffers.map {
        ($0.name, $0.buffer.value.array(of: Double.self))
      })
  }

  @Test func auxiliaryBlocksLeaveNoTraceInRunningStatistics() throws {
    let (with, without) = (try golden(), try golden { $0.parameterModulation = false })
    _ = try with.step(0)
    _ = try without.step(0)
    #expect(buffers(with.model) == buffers(without.model))
    #expect(buffers(with.model) != buffers(try golden().model))
  }

  @Test func neitherOptimiserMovesTheOthersParameters() throws {
    // Without a task loss and with α = 0, as every s is 1 for one class, nothing moves the network.
    let golden = try golden { $0.lambda = 0 }
    let before = golden.aim.state.filter { $0.name.hasPrefix("psi") }.map {
      $0.tensor.cloned().array(of: Double.self)
    }
    let loss = golden.model.fusion.parameters[0].leaf.sum()
    try golden.engine.apply(try golden.engine.gradients(of: loss))
    let after = golden.aim.state.filter { $0.name.hasPrefix("psi") }.map {
      $0.tensor.array(of: Double.self)
    }
    #expect(before == after && !before.isEmpty)
    let owned = Set(golden.engine.optimizer.parameters.map { ObjectIdentifier($0.parameter) })
    let parts = try #require(golden.aim.parts)
    for group in parts.decouplings.joined().flatMap(\.groups) {
      for entry in group.maps + group.masks {
        #expect(!owned.contains(ObjectIdentifier(entry.parameter)))
      }
    }
  }

  /// A model with its modalities exchanged has the same numbers under the exchanged names.
  @Test func exchangingModalitiesExchangesTheirNumbers() throws {
    func telemetry(_ order: [String]) throws -> [String: Double] {
      let shapes = ["a": [4], "b": [6]]
      let encoder = EncoderSection.mlp(width: 5, depth: 2)
      var configuration = ModelConfiguration()
      configuration.fusion = .sum
      configuration.encoders = NamedSections(["a": encoder, "b": encoder])
      let model = try ModelFactory.makeModel(
        modalities: order.map { ($0, shapes[$0] ?? []) }, classes: 2,
        configuration: configuration, seed: 1)
      for parameter in model.fusion.parameters { parameter.assign(parameter.leaf.zerosLike()) }
      model.move(to: .cpu, dtype: .float64)
      let engine = TrainingEngine(
        model: model, optimizer: SGD(model.namedParameters, learningRate: 0.1),
        training: TrainingConfiguration(), device: .cpu, trainingBatches: { _, _ in })
      var settings = AIMConfiguration()
      settings.startEpoch = 0
      let aim = try AIM(
        settings,
        for: MethodSetting(model: model, classes: 2, epochs: 1, device: .cpu, seed: 0))
      // The same prototypes and maps, whatever the order they would be drawn in.
      let state = aim.partsToRestore().state.map { name, tensor in
        guard tensor.dtype == .float64, !name.contains("ptimizer") else { return (name, tensor) }
        var seed: UInt64 = 5
        for byte in name.utf8 { seed = seed &* 31 &+ UInt64(byte) }
        let numbers = Tensor.normal(tensor.shape, dtype: .float64, from: Generator(seed: seed))
        return (name, numbers * 0.5)
      }
      try aim.restore(Dictionary(uniqueKeysWithValues: state))
      let inputs = order.map {
        Tensor.normal(
          [6] + (shapes[$0] ?? []), dtype: .float64, from: Generator(seed: $0 == "a" ? 3 : 4))
      }
      let context = StepContext(
        epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0,
        batch: Batch(
          inputs: inputs, labels: Tensor([0, 1, 0, 1, 1, 0]), indices: Array(0..<6)),
        mode: .training())
      let report = try aim.step(in: context, with: engine)
      return Dictionary(
        uniqueKeysWithValues: report.telemetry.map { ($0.name.key, $0.value.item()) })
    }
    let (forward, backward) = (try telemetry(["a", "b"]), try telemetry(["b", "a"]))
    #expect(forward.count == backward.count && forward.count > 20)
    for (name, value) in forward {
      let other = try #require(backward[name])
      #expect(abs(value - other) <= 1e-10 * max(1, abs(value)), "\(name)")
    }
  }

  @Test func theLowerScoreTakesMorePart() {
    let participation = AIMEquations.participation([0.9, 0.2, 0.5, 0.1].map { Tensor($0) })
      .array(of: Double.self)
    #expect(participation[3] > participation[1] && participation[1] > participation[2])
    #expect(participation[2] > participation[0])
  }

  /// The loss of some depths is on average the loss of all.
  @Test func aSubsetOfDepthsIsUnbiased() throws {
    func modulationLoss(_ seed: UInt64, _ depths: Int?) throws -> Double {
      let golden = try AIMGolden(.residual, "default", settings(depths), seed: seed)
      let report = try golden.step(0)
      return try #require(report.telemetry.first { $0.name.key == "modulationLoss" }).value.item()
    }
    // Every pair of the four depths once; the seed draws nothing else here.
    var losses: [[Int]: Double] = [:]
    for seed in UInt64(0)..<100 where losses.count < 6 {
      let plan = StepPlan(settings(2), Self.firstStep, depths: 4, seed: seed)
      if losses[plan.depths] == nil { losses[plan.depths] = try modulationLoss(seed, 2) }
    }
    #expect(losses.count == 6)
    let expected = try modulationLoss(0, nil)
    #expect(abs(losses.values.reduce(0, +) / 6 - expected) < 1e-9 * expected)
  }

  private func settings(_ depths: Int?) -> AIMConfiguration {
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.depthsPerStep) = (0, depths)
    return settings
  }

  private static var firstStep: StepContext {
    StepContext(
      epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0,
      batch: Batch(inputs: [], labels: Tensor([0]), indices: []), mode: .training())
  }
}
