// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels

/// Models of samples that lack modalities.
struct MissingModalityTests {
  private static let shapes = [(name: "image", shape: [1, 8, 8]), (name: "text", shape: [16, 3])]

  /// A ResNet and a convolution over time: both normalise over the batch.
  private static func model(
    _ missing: MissingFeatures = .zero, _ fusion: FusionSection = .concatenation,
    _ coupling: CouplingSection = .uncoupled
  ) throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    configuration.fusion = fusion
    configuration.coupling = coupling
    configuration.missing = missing
    configuration.encoders = NamedSections([
      "image": .resnet18(width: 2, smallImageStem: true), "text": .conv1d(width: 8, depth: 4),
    ])
    let model = try ModelFactory.makeModel(
      modalities: shapes, classes: 3, configuration: configuration, seed: 1)
    model.move(to: .cpu, dtype: .float64)
    return model
  }

  /// Five samples; of the rows that are absent the numbers are `filling`.
  private static func batch(
    _ rows: [[Int]?], filling: Double = 0
  ) -> [RaggedBatch] {
    let generator = Generator(seed: 3)
    return zip(shapes, rows).map { modality, rows in
      let full = Tensor.normal([5] + modality.shape, dtype: .float64, from: generator)
      guard let rows else { return RaggedBatch(full) }
      let presence = RowPresence(rows: rows, of: 5)
      let other = Tensor.full([], filling, dtype: .float64)
      return RaggedBatch(
        full.selected(where: presence.mask(rank: full.rank), else: other), presence: presence)
    }
  }

  private static var labels: Tensor { Tensor([0, 1, 2, 0, 1]) }

  /// Logits, gradients and running statistics of a training pass.
  private static func trained(
    _ model: MultimodalModel, _ batch: [RaggedBatch]
  ) -> (logits: Tensor, gradients: [Tensor?], state: [NamedTensor]) {
    let logits = model.forward(batch, .training()).logits
    let found = gradients(
      of: [logits.crossEntropy(labels)], withRespectTo: model.parameters.map(\.leaf))
    return (logits.detached(), found, model.state.map { ($0.name, $0.tensor.cloned()) })
  }

  private static func areEqual(_ first: Tensor?, _ second: Tensor?) -> Bool {
    switch (first, second) {
    case (nil, nil): true
    case (let first?, let second?): isEqual(first, second)
    default: false
    }
  }

  /// What stands in place of an absent modality changes nothing, not a number included.
  @Test(arguments: [
    (FusionSection.concatenation, CouplingSection.uncoupled, MissingFeatures.zero),
    (.sum, .uncoupled, .embedding), (.cosine(), .uncoupled, .zero), (.film, .uncoupled, .embedding),
    (.gated, .uncoupled, .embedding), (.sum, .mmtm, .zero), (.concatenation, .mmtm, .embedding),
  ])
  func absentValuesAreNotRead(
    fusion: FusionSection, coupling: CouplingSection, missing: MissingFeatures
  ) throws {
    let rows: [[Int]?] = [[0, 2, 3], [1, 2, 4]]
    let results = try [0, Double.nan].map {
      Self.trained(try Self.model(missing, fusion, coupling), Self.batch(rows, filling: $0))
    }
    #expect(isEqual(results[0].logits, results[1].logits))
    #expect(results[0].logits.array(of: Double.self).allSatisfy { $0.isFinite })
    #expect(zip(results[0].gradients, results[1].gradients).allSatisfy(Self.areEqual))
    #expect(zip(results[0].state, results[1].state).allSatisfy { isEqual($0.tensor, $1.tensor) })
  }

  /// An encoder's pass over a batch is that over the rows that have its modality.
  @Test func statisticsAreThoseOfTheRowsThatHaveIt() throws {
    let (model, other) = (try Self.model(), try Self.model())
    let batch = Self.batch([[0, 2, 3], nil])
    let forward = model.forward(batch, .training())
    let own = other.encoders.modules[0].features(batch[0].present.tensor, .training())
    let feature = forward.features[0]
    #expect(isEqual(feature.gatheringRows(Tensor([0, 2, 3])), own))
    #expect(feature.gatheringRows(Tensor([1, 4])).array(of: Double.self).allSatisfy { $0 == 0 })
    #expect(
      zip(model.encoders.modules[0].state, other.encoders.modules[0].state)
        .allSatisfy { isEqual($0.tensor, $1.tensor) })
    #expect(forward.traces[0].samples == 3 && forward.traces[0].outputs[0].size(0) == 3)
    #expect(
      zip(model.features(batch, .evaluation), forward.features).allSatisfy { $0.shape == $1.shape })
    #expect(isEqual(forward.logits, model.fusion.logits(forward.features)))
  }

  /// Of a modality that no sample of the batch has the encoder does not run.
  @Test(arguments: [CouplingSection.uncoupled, .mmtm])
  func anEncoderWithoutRowsStaysAsItIs(coupling: CouplingSection) throws {
    let model = try Self.model(.zero, .sum, coupling)
    let before = model.encoders.modules[1].state.map { $0.tensor.cloned() }
    let (_, found, _) = Self.trained(model, Self.batch([nil, []]))
    #expect(zip(model.encoders.modules[1].state, before).allSatisfy { isEqual($0.tensor, $1) })
    for (entry, gradient) in zip(model.namedParameters, found)
    where entry.name.hasPrefix("encoders.text.") {
      #expect(gradient == nil, "\(entry.name)")
    }
    let features = model.features(Self.batch([nil, []]), .evaluation)
    #expect(features[1].shape == [5, model.fusion.featureWidths[1]])
  }

  /// A sample alone has nothing to be normalised over.
  @Test func aSampleAloneIsNormalisedByRunningStatistics() throws {
    let (model, other) = (try Self.model(), try Self.model())
    let batch = Self.batch([[3], nil])
    let feature = model.forward(batch, .training()).features[0]
    let own = other.encoders.modules[0].features(batch[0].present.tensor, .evaluation)
    #expect(isEqual(feature.gatheringRows(Tensor([3])), own))
  }

  /// What the coupled encoders hear of a missing modality is zero: with the gates at any numbers a sample's own branch
  /// is what it would be beside squeezes of zero.
  @Test func squeezesOfAMissingModalityAreZero() throws {
    let model = try Self.model(.zero, .sum, .mmtm)
    var heard: [[Tensor]] = []
    _ = model.coupledTrace(
      Self.batch([[0, 2, 3], nil]), .evaluation,
      squeezing: {
        heard.append($1)
        return $1
      })
    for means in heard {
      let absent = means[0].gatheringRows(Tensor([1, 4]))
      #expect(absent.array(of: Double.self).allSatisfy { $0 == 0 })
      #expect(means[0].gatheringRows(Tensor([0])).array(of: Double.self).contains { $0 != 0 })
    }
    #expect(heard.count == 3)
  }

  @Test func aLearnedVectorStandsForWhatIsMissing() throws {
    let model = try Self.model(.embedding)
    let names = model.namedParameters.map(\.name).filter { $0.hasPrefix("missing.") }
    #expect(names == ["missing.image.embedding", "missing.text.embedding"])
    #expect(model.parts.map(\.name) == ["image", "text", "fusion", "missing"])
    #expect(model.parts.flatMap(\.parameters).count == model.namedParameters.count)
    let batch = Self.batch([[0, 2, 3], nil])
    // It starts as zeros.
    let plain = try Self.model()
    #expect(
      isEqual(
        model.forward(batch, .evaluation).logits, plain.forward(batch, .evaluation).logits))
    let vector = try #require(model.missing["image"]).embedding
    vector.assign(.range(vector.leaf.count, dtype: .float64))
    let feature = model.forward(batch, .evaluation).features[0]
    for row in [1, 4] { #expect(isEqual(feature.select(row), vector.leaf.detached())) }
    #expect(
      isEqual(feature.select(2), plain.forward(batch, .evaluation).features[0].select(2)))
    let (_, found, _) = Self.trained(model, batch)
    let gradients = zip(model.namedParameters, found).filter { $0.0.name.hasPrefix("missing.") }
    #expect(gradients[0].1?.array(of: Double.self).contains { $0 != 0 } == true)
    #expect(gradients[1].1 == nil)
  }

  /// With nothing missing nothing is different, whatever stands for it.
  @Test func completeSamplesAreAsBefore() throws {
    let batch = Self.batch([nil, nil])
    let (plain, learned) = (try Self.model(), try Self.model(.embedding))
    #expect(
      isEqual(Self.trained(plain, batch).logits, Self.trained(learned, batch).logits))
    #expect(
      plain.state.map(\.name) == learned.state.map(\.name).filter { !$0.hasPrefix("missing.") })
  }

  /// One modality is never missing, so that nothing stands for it.
  @Test func oneModalityHasNothingToStandForIt() throws {
    var configuration = ModelConfiguration()
    configuration.missing = .embedding
    let model = try ModelFactory.makeModel(
      modalities: [("view", [4])], classes: 2, configuration: configuration, seed: 0)
    #expect(model.missing.entries.isEmpty)
  }

  /// Of an additive head a missing modality leaves its bias, of cosines nothing.
  @Test func partsOfAMissingModality() throws {
    let batch = Self.batch([[0, 2, 3], nil])
    for fusion in [FusionSection.concatenation, .sum, .cosine()] {
      let model = try Self.model(.zero, fusion)
      let features = model.forward(batch, .evaluation).features
      let part = try #require(model.fusion.slice(0, of: features[0]))
      let zeros = try #require(model.fusion.slice(0, of: features[0].zerosLike()))
      #expect(isEqual(part.select(1), zeros.select(1)))
      if fusion.name == "cosine" {
        #expect(part.select(1).array(of: Double.self).allSatisfy { $0 == 0 })
      }
    }
    let refusing = try [FusionSection.film, .gated].map { try Self.model(.zero, $0).fusion }
    #expect(refusing.allSatisfy { $0.problemWithZeros != nil })
  }
}
