// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseKit
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

struct OPMTests {
  private static func configuration(
    _ change: (inout OPM.Configuration) -> Void = { _ in }
  ) -> OPM.Configuration {
    var configuration = OPM.Configuration()
    configuration.warmupEpochs = 0
    change(&configuration)
    return configuration
  }

  /// The rates, and the share of all features that they drop.
  @Test func ratesByHand() {
    let rates = OPM.rates(Tensor([1.5, 2 / 3.0]), base: 0.5, lambda: 0.5)
    expectNumbers(rates, [0.615529, 0])
    let share = OPM.droppedShare(rates, widths: [512, 512])
    expectNumbers(share, [0.307765])
    expectNumbers(1 / (1 - share), [1.444595])
    expectNumbers(
      OPM.rates(Tensor([2.25, 4 / 3.0, 5 / 12.0]), base: 0.5, lambda: 0.5),
      [0.712071, 0.580378, 0])
  }

  @Test func ratesStayInRange() {
    expectNumbers(OPM.rates(Tensor([1.0, 1.0]), base: 0.5, lambda: 0.5), [0, 0])
    expectNumbers(OPM.rates(Tensor([9.0, 0.1]), base: 0.9, lambda: 2), [1, 0])
  }

  @Test func wideModalitiesCountMore() {
    expectNumbers(OPM.droppedShare(Tensor([0.5, 0]), widths: [3, 1]), [0.375])
  }

  /// The means that the rates give, over many samples; one mask for each sample.
  @Test func keptAtTheRate() {
    let kept = OPM.kept(
      rates: Tensor([0.615529, 0]), samples: 100_000, from: Generator(seed: 3))
    let means = (kept * 1.444595).mean(over: [1]).array(of: Double.self)
    #expect(abs(means[0] - 0.555405) < 0.01)
    #expect(abs(means[1] - 1.444595) < 1e-9)
    let sure = OPM.kept(rates: Tensor([1, 0.0]), samples: 5, from: Generator(seed: 3))
    expectNumbers(sure, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  }

  @Test func wholeFeaturesAreDropped() throws {
    let steps = try MethodSteps("opm")
    let method = try OPM(
      Self.configuration { ($0.probability, $0.baseRate) = (1, 0.4) }, for: steps.setting)
    let context = try steps.context(0)
    let features = steps.model.features(context.batch.inputs, .evaluation).map {
      $0.zerosLike() + 1
    }
    let modulated = try method.modulate(features, in: context)
    for (tensor, width) in zip(modulated, steps.model.fusion.featureWidths) {
      let numbers = tensor.array(of: Double.self)
      #expect(numbers.indices.allSatisfy { numbers[$0] == numbers[$0 / width * width] })
    }
  }

  @Test func threeSteps() throws {
    let steps = try MethodSteps("opm")
    let configuration = Self.configuration { $0.probability = 0.6 }
    try steps.check(try OPM(configuration, for: steps.setting))
  }

  /// A leader that always goes, zero-out scores, three modalities.
  @Test func threeStepsOfAGate() throws {
    let steps = try MethodSteps(
      "opm_gated", fusion: .gated, modalities: ["text", "view", "pose"])
    let configuration = Self.configuration { ($0.baseRate, $0.probability) = (1, 1) }
    try steps.check(try OPM(configuration, for: steps.setting))
  }

  /// The paper's rule: the first batch has none before it, the second that of the first.
  @Test func ratiosOfTheBatchBefore() throws {
    let steps = try MethodSteps("opm")
    let method = try OPM(
      Self.configuration { ($0.previousBatch, $0.probability) = (true, 1) }, for: steps.setting)
    let contexts = try (0..<2).map { try steps.context($0) }
    let features = contexts.map { steps.model.features($0.batch.inputs, .evaluation) }
    let first = try method.modulate(features[0], in: contexts[0])
    #expect(zip(first, features[0]).allSatisfy(isEqual))
    let own = ModalityScores.ratios(features[0], of: contexts[0].batch, in: steps.setting)
    #expect(isEqual(try #require(method.state.first?.tensor), own))
    _ = try method.modulate(features[1], in: contexts[1])
    let rates = OPM.rates(own, base: 0.5, lambda: 0.5)
    #expect(isEqual(Tensor.stacked(method.telemetry.map(\.value)), rates))
  }

  /// A batch that is left alone, by chance or while warming up, still is the batch before the next.
  @Test func skippedBatchesAreBatchesBeforeTheNext() throws {
    let steps = try MethodSteps("opm")
    let contexts = try [(0, 0), (1, 1), (2, 2)].map { try steps.context($0, epoch: $1) }
    let features = contexts.map { steps.model.features($0.batch.inputs, .evaluation) }
    let own = zip(contexts, features).map { context, features in
      ModalityScores.ratios(features, of: context.batch, in: steps.setting)
    }
    let never = try OPM(
      Self.configuration { ($0.previousBatch, $0.probability) = (true, 0) }, for: steps.setting)
    for index in 0..<2 {
      let passed = try never.modulate(features[index], in: contexts[index])
      #expect(zip(passed, features[index]).allSatisfy(isEqual) && never.telemetry.isEmpty)
      #expect(isEqual(try #require(never.state.first?.tensor), own[index]))
    }
    // Warm-up in epochs 0 and 1; epoch 2 drops at the rates of the batch before.
    let late = try OPM(
      Self.configuration { ($0.previousBatch, $0.probability, $0.warmupEpochs) = (true, 1, 2) },
      for: steps.setting)
    for index in 0..<3 { _ = try late.modulate(features[index], in: contexts[index]) }
    let rates = OPM.rates(own[1], base: 0.5, lambda: 0.5)
    #expect(isEqual(Tensor.stacked(late.telemetry.map(\.value)), rates))
    #expect(!isEqual(own[0], own[1]) && rates.sum().item() > 0, "the case shows nothing")
  }

  @Test func aStateOfAnotherModelIsRefused() throws {
    let steps = try MethodSteps("opm")
    let method = try OPM(Self.configuration { $0.previousBatch = true }, for: steps.setting)
    #expect(
      message { try method.restore(["ratios": .ones([3])]) }
        == "the method's saved state does not fit: 'ratios' is [3], not [2]; use the configuration "
        + "it was saved with")
  }
}

/// OPM and OGM together.
struct OPMOGMTests {
  private static func configuration() -> OPMOGM.Configuration {
    var configuration = OPMOGM.Configuration()
    configuration.opm.warmupEpochs = 0
    configuration.ogm.window = EpochWindow()
    return configuration
  }

  @Test func threeSteps() throws {
    let steps = try MethodSteps("opm_ogm", modalities: ["text", "view", "pose"])
    var configuration = Self.configuration()
    configuration.opm.probability = 1
    configuration.ogm.noise = false
    let method = try OPMOGM(configuration, for: steps.setting)
    try steps.check(method)
    #expect(method.telemetry.first?.name.key == "rate.text")
    #expect(method.telemetry.last?.name.key == "coefficient.pose")
  }
}
