// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What methods say they take, by hand for a small model.
struct MethodResourcesTests {
  /// Encoders of 5·4 + 4·4 and 3·4 + 4·4 multiply-adds, K = 3.
  private static func setting(
    modalities: Int = 2, fusion: FusionSection = .concatenation, isCoupled: Bool = false
  ) throws -> MethodSetting {
    let encoder = EncoderSection.mlp(width: 4, depth: 2)
    let entries = [("a", [5]), ("b", [3]), ("c", [2])].prefix(modalities)
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(
      Dictionary(uniqueKeysWithValues: entries.map { ($0.0, encoder) }))
    configuration.fusion = fusion
    configuration.coupling = isCoupled ? .mmtm : .uncoupled
    let model = try ModelFactory.makeModel(
      modalities: entries.map { (name: $0.0, shape: $0.1) }, classes: 3,
      configuration: configuration, seed: 0)
    return MethodSetting(
      model: model, classes: 3, epochs: 10, device: .cpu, seed: 0, batchSize: 8)
  }

  /// Both encoders, and a head of 8·3.
  private static let encoders = 36 + 28
  private static let forward = encoders + 24

  @Test func theModelIsAsCounted() throws {
    #expect(try Self.setting().model.summarize().multiplyAdds == Self.forward)
  }

  @Test func AGMRunsEverySetOfModalitiesInsideItsWindow() throws {
    let three = try Self.setting(modalities: 3)
    let all = try AGM(AGM.Configuration(), for: three).resources
    #expect(all.multiplyAddsPerSample == 7 * 3 * three.model.summarize().multiplyAdds)
    #expect(all.heldPasses == 7)
    var configuration = AGM.Configuration()
    configuration.window = EpochWindow(first: 0, last: 4)
    let half = try AGM(configuration, for: Self.setting()).resources
    #expect(half.multiplyAddsPerSample == 2 * 3 * Self.forward)
  }

  @Test func MMParetoGoesBackTwice() throws {
    let setting = try Self.setting()
    let resources = try MMPareto(MMPareto.Configuration(), for: setting).resources
    #expect(resources.multiplyAddsPerSample == 5 * Self.forward)
    #expect(resources.memory == 2 * 4 * setting.model.summarize().parameters)
  }

  @Test func PMRSeesATenthInEachEpoch() throws {
    let resources = try PMR(PMR.Configuration(), for: Self.setting()).resources
    #expect(resources.multiplyAddsPerSample == 3 * Self.forward + Self.encoders / 10)
    #expect(resources.memory == 4 * (2 * 3 * 4 + 3))
  }

  @Test func MLARunsItsClassifierOnceMore() throws {
    let setting = try Self.setting(fusion: .shared)
    var configuration = MLA.Configuration()
    let projecting = try MLA(configuration, for: setting).resources
    configuration.projection = .off
    let plain = try MLA(configuration, for: setting).resources
    #expect(plain == MethodResources(multiplyAddsPerSample: 3 * Self.encoders + 4 * 24))
    // P is 4 × 4; two products with it and one of 3 classes for each modality, over 8 samples.
    #expect(
      projecting
        == MethodResources(
          memory: 2 * 4 * 16,
          multiplyAddsPerSample: plain.multiplyAddsPerSample + 2 * (2 + 3) * 16 / 8))
  }

  @Test func relearningKeepsTheInitialWeights() throws {
    let setting = try Self.setting()
    var configuration = DiagnosingRelearning.Configuration()
    (configuration.period, configuration.limit) = (2, 3)
    let resources = DiagnosingRelearning(configuration, for: setting).resources
    let summary = setting.model.summarize()
    #expect(resources.memory == 4 * summary.encoders.reduce(0) { $0 + $1.parameters })
    // Diagnoses when epochs 3, 5 and 7 of 10 begin.
    #expect(resources.multiplyAddsPerSample == 3 * Self.forward + 3 * Self.encoders / 10)
  }

  @Test func blendingTrainsEveryHeadAgain() throws {
    let setting = try Self.setting()
    var configuration = GradientBlending.Configuration()
    configuration.estimation = .fixed
    let fixed = try GradientBlending(configuration, for: setting).resources
    #expect(fixed.multiplyAddsPerSample == 3 * (Self.forward + 24))
    #expect(fixed.parameters == 2 * (4 * 3 + 3))
    #expect(fixed.memory == 4 * 4 * fixed.parameters)
    // Each epoch once more for the fused head and for both of the others alone; two estimates.
    (configuration.estimation, configuration.firstSuperEpoch) = (.online, 5)
    let online = try GradientBlending(configuration, for: setting).resources
    let apart = Self.forward + Self.encoders + 24
    #expect(
      online.multiplyAddsPerSample
        == fixed.multiplyAddsPerSample + 3 * apart + 2 * (Self.forward + 24 + apart) / 10)
    configuration.estimation = .offline
    let offline = try GradientBlending(configuration, for: setting).resources
    #expect(offline.multiplyAddsPerSample < online.multiplyAddsPerSample)
  }

  /// The modules are the model's: a step of Greedy takes what joint training of the model takes.
  @Test func couplingIsTheModels() throws {
    let setting = try Self.setting(fusion: .sum, isCoupled: true)
    #expect(
      try Greedy(Greedy.Configuration(), for: setting) as? any ResourceStating == nil)
    #expect(setting.model.summarize().mmtmMultiplyAdds > 0)
    #expect(setting.model.summarize().multiplyAdds > Self.forward)
  }
}
