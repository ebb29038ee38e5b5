// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

struct MultimodalModelTests {
  private static let modalities = [
    (name: "audio", shape: [1, 20, 18]), (name: "visual", shape: [2, 3, 9, 9]),
    (name: "text", shape: [5, 3]), (name: "view", shape: [7]),
  ]

  private static func configuration(_ fusion: FusionSection = .concatenation) -> ModelConfiguration
  {
    var configuration = ModelConfiguration()
    configuration.fusion = fusion
    for (name, small) in [("audio", false), ("visual", true)] {
      configuration.encoders[name] = .auto(width: 2, smallImageStem: small)
    }
    for name in ["text", "view"] { configuration.encoders[name] = .auto(width: 16) }
    return configuration
  }

  private static func model(
    _ count: Int = 2, fusion: FusionSection = .concatenation, seed: UInt64 = 1
  ) throws -> MultimodalModel {
    try ModelFactory.makeModel(
      modalities: Array(modalities.prefix(count)), classes: 3,
      configuration: configuration(fusion), seed: seed)
  }

  private static func inputs(_ samples: Int, count: Int = 2) -> [Tensor] {
    let generator = Generator(seed: 2)
    return modalities.prefix(count).map { .normal([samples] + $0.shape, from: generator) }
  }

  /// The counts of `ResNetTests`, and a linear layer over 1024 features with a bias.
  @Test(arguments: [
    ([1, 3], 6, 22_352_902), ([1, 3], 31, 22_378_527), ([3, 2], 101, 22_453_413),
  ])
  func parameterCount(channels: [Int], classes: Int, count: Int) throws {
    let model = try ModelFactory.makeModel(
      modalities: channels.map { ("c\($0)", [$0, 64, 64]) }, classes: classes,
      configuration: ModelConfiguration(), seed: 0)
    #expect(model.parameterCount == count)
  }

  @Test(arguments: FusionSection.all, [2, 4])
  func forwardIsEncodersAndFusion(fusion: FusionSection, count: Int) throws {
    let model = try Self.model(count, fusion: fusion)
    let inputs = Self.inputs(4, count: count)
    let forward = model.forward(inputs, .auxiliary())
    let features = zip(model.encoders.modules, inputs).map { $0.features($1, .auxiliary()) }
    #expect(zip(forward.features, features).allSatisfy(isEqual))
    #expect(zip(model.features(inputs, .auxiliary()), features).allSatisfy(isEqual))
    #expect(isEqual(forward.logits, model.fusion.logits(features)))
    #expect(forward.logits.shape == [4, 3])
    #expect(forward.traces.map(\.features.shape) == features.map(\.shape))
  }

  @Test func everyParameterHasAGradient() throws {
    let model = try Self.model(4)
    let loss = model.forward(Self.inputs(4, count: 4), .training()).logits
      .crossEntropy(Tensor([0, 1, 2, 0]))
    let found = gradients(of: [loss], withRespectTo: model.parameters.map(\.leaf))
    #expect(found.allSatisfy { $0 != nil })
  }

  @Test func modulatedFeaturesAreFused() throws {
    let model = try Self.model()
    let inputs = Self.inputs(3)
    let forward = model.forward(inputs, .evaluation) { $0.map { $0 * 2 } }
    #expect(isEqual(forward.features[0], forward.traces[0].features * 2))
    #expect(isEqual(forward.logits, model.fusion.logits(forward.features)))
  }

  /// K prototypes as further rows: one normalisation, and their rows come out last.
  @Test func furtherRowsRideAlong() throws {
    let model = try Self.model()
    let (samples, prototypes) = (Self.inputs(4), Self.inputs(3))
    let both = zip(samples, prototypes).map { Tensor.concatenated([$0, $1], dimension: 0) }
    let together = model.trace(both, .evaluation)
    let alone = model.trace(prototypes, .evaluation)
    for (accompanied, own) in zip(together, alone) {
      for depth in accompanied.outputs.indices {
        let rows = accompanied.flattenedOutput(depth).slice(4..<7)
        #expect(isClose(rows, own.flattenedOutput(depth), tolerance: 1e-5))
      }
    }
  }

  @Test func unimodalStartsAsItsPartOfTheJointModel() throws {
    let joint = try Self.model()
    for (index, modality) in Self.modalities.prefix(2).enumerated() {
      let unimodal = try ModelFactory.makeModel(
        modalities: [modality], classes: 3, configuration: Self.configuration(.gated), seed: 1)
      let (own, shared) = (unimodal.encoders.modules[0].state, joint.encoders.modules[index].state)
      #expect(own.map(\.name) == shared.map(\.name))
      #expect(zip(own, shared).allSatisfy { isEqual($0.tensor, $1.tensor) })
      #expect(unimodal.fusion is ConcatFusion)
    }
    let other = try Self.model(seed: 2)
    #expect(!isEqual(joint.parameters[0].leaf, other.parameters[0].leaf))
  }

  /// Modalities of the same shape still start differently.
  @Test func streamsBelongToNames() throws {
    let model = try ModelFactory.makeModel(
      modalities: [("left", [5]), ("right", [5])], classes: 2,
      configuration: ModelConfiguration(), seed: 1)
    let weights = model.encoders.modules.map { $0.parameters[0].leaf }
    #expect(!isEqual(weights[0], weights[1]))
  }

  @Test func maskedInputsAreZero() throws {
    let model = try Self.model(3)
    let inputs = Self.inputs(2, count: 3)
    let masked = model.masked(inputs, keeping: [1])
    #expect(masked[0].floats().allSatisfy { $0 == 0 } && masked[2].floats().allSatisfy { $0 == 0 })
    #expect(isEqual(masked[1], inputs[1]))
    // Zeroing an input is not zeroing a feature.
    let text = model.features(masked, .evaluation)[2]
    #expect(text.floats().contains { $0 != 0 })
  }

  @Test func partsHoldEveryParameterOnce() throws {
    let model = try Self.model()
    let parts = model.parts
    #expect(parts.map(\.name) == ["audio", "visual", "fusion"])
    #expect(parts.map(\.modality) == [0, 1, nil])
    #expect(parts.flatMap(\.parameters).map(\.name) == model.namedParameters.map(\.name))
    #expect(parts[0].parameters[0].name == "encoders.audio.conv1.weight")
    #expect(parts[2].parameters.map(\.name) == ["fusion.fc_out.weight", "fusion.fc_out.bias"])
  }

  @Test(arguments: [
    (["a", "a"], "modalities: a modality is named twice: a, a"),
    ([], "modalities: a model needs one modality or more"),
    (
      ["a.b"],
      "modalities: 'a.b' cannot name a modality: names are not empty and have no dots"
    ),
  ])
  func refusesNames(names: [String], sentence: String) {
    let error = #expect(throws: EquipoiseError.self) {
      try ModelFactory.makeModel(
        modalities: names.map { ($0, [4]) }, classes: 2, configuration: ModelConfiguration(),
        seed: 0)
    }
    #expect(error?.description == sentence)
  }

  @Test func refusesAShapeThatDoesNotFit() {
    let error = #expect(throws: EquipoiseError.self) {
      try MultimodalModel(
        encoders: [("view", [5], MLPEncoder(channels: 4, from: Generator(seed: 0)))],
        fusion: ConcatFusion([128], classes: 2, from: Generator(seed: 0)))
    }
    #expect(error?.description.hasPrefix("modality 'view' has vectors of 5") == true)
  }
}

extension FusionSection {
  /// Every fusion of the library, with its default settings.
  fileprivate static let all = ModelCatalogue.standard.fusions.map { section(of: $0) }

  private static func section<Settings: FusionConfiguration>(
    of _: Settings.Type
  ) -> FusionSection { FusionSection(Settings()) }
}
