// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseData
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

  /// There and back through encoders and the heads of both alone, and the fused head on constants.
  @Test func DGLGoesThroughTheHeadOfEach() throws {
    let resources = try DGL(DGL.Configuration(), for: Self.setting()).resources
    #expect(resources.multiplyAddsPerSample == 3 * Self.encoders + 2 * 24 + 3 * 2 * 24)
    var configuration = DGL.Configuration()
    configuration.heads = .own
    let own = try DGL(configuration, for: Self.setting()).resources
    #expect(own.multiplyAddsPerSample == 3 * Self.encoders + 2 * 24 + 3 * 24)
    #expect(own.parameters == 2 * (4 * 3 + 3) && own.memory == 4 * 4 * own.parameters)
  }

  /// Of ten epochs four have a turn of the first modality, four of all and two of the second.
  @Test func turnsGoBackThroughOneEncoder() throws {
    let setting = try Self.setting(fusion: .sum)
    let resources = try ReconBoost(ReconBoost.Configuration(), for: setting).resources
    let forward = Self.encoders + 24
    let (first, second) = (forward + 2 * (36 + 12), forward + 2 * (28 + 12))
    #expect(
      resources.multiplyAddsPerSample == (4 * first + 4 * 3 * forward + 2 * second) / 10)
  }

  /// Teachers for as many epochs as the run has, and their pass in each step.
  @Test func teachersCostTheirTraining() throws {
    let resources = try UMT(UMT.Configuration(), for: Self.setting()).resources
    #expect(
      resources.multiplyAddsPerSample
        == 3 * Self.forward + Self.encoders + 3 * (Self.encoders + 24))
    var configuration = UMT.Configuration()
    configuration.lambda = 0
    let none = try UMT(configuration, for: Self.setting()).resources
    #expect(none == MethodResources(multiplyAddsPerSample: 3 * Self.forward))
  }

  @Test func setsOfModalitiesCostTheirHeads() throws {
    let three = try Self.setting(modalities: 3)
    let summary = three.model.summarize()
    let chain = try CML(CML.Configuration(), for: three).resources
    #expect(
      chain.multiplyAddsPerSample == 3 * summary.multiplyAdds + 2 * 3 * summary.fusionMultiplyAdds)
    var configuration = MCR.Configuration()
    (configuration.weight, configuration.contrastWeight) = (0, 0)
    let game = try MCR(configuration, for: Self.setting()).resources
    // Two players with two sets each in eight permutations, and the plain logits of both.
    #expect(game.multiplyAddsPerSample == 3 * Self.forward + 3 * (4 * 8 + 2) * 24)
  }

  /// What steps compute forward, counted: the head for each set of modalities beside one pass of the encoders.
  @Test func passesAreThoseThatAreCounted() throws {
    let setting = try Self.setting()
    var game = MCR.Configuration()
    (game.weight, game.contrastWeight) = (0, 0)
    #expect(
      try Self.forward(of: CML(CML.Configuration(), for: setting), setting) == Self.forward + 24)
    #expect(
      try Self.forward(of: MCR(game, for: setting), setting) == Self.forward + (4 * 8 + 2) * 24)
    // Own heads, and once more for r.
    #expect(
      try Self.forward(of: MLB(MLB.Configuration(), for: setting), setting)
        == Self.forward + 2 * 24)
    let sum = try Self.setting(fusion: .sum)
    #expect(
      try Self.forward(of: ReconBoost(ReconBoost.Configuration(), for: sum), sum) == Self.forward)
  }

  /// Multiply-adds of a step's forward passes for each of its eight samples.
  private static func forward(
    of method: any BalancingMethod, _ setting: MethodSetting
  ) throws -> Int {
    let generator = Generator(seed: 1)
    let batch = Batch(
      inputs: [5, 3].map { Tensor.normal([8, $0], from: generator) },
      labels: Tensor([0, 1, 2, 0, 1, 2, 0, 1]), indices: Array(0..<8))
    let own = (method as? any ParameterOwning)?.ownParameters ?? []
    let engine = TrainingEngine(
      model: setting.model,
      optimizer: SGD(
        setting.model.namedParameters + own.map { ("method.\($0.name)", $0.parameter) },
        learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu, trainingBatches: { _, _ in })
    let context = StepContext(
      epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0, batch: batch, mode: .training())
    return try MultiplyAdds.count { _ = try BalancedSteps.take(context, method, engine) } / 8
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
