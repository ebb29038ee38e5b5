// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Several workers compute what one process computes of the same batches: with every method, in double precision, up to
/// the order of sums. 14 samples in batches of 5, which three workers have uneven parts of.
struct WorkerEquivalenceTests {
  /// Those that have a way of their own through a step or before an epoch; EQUIPOISE_METHODS=all takes the others, too.
  private static let methods = MethodFit.sample([
    "unimodal", "aim", "gradient-blending", "greedy", "agm", "mmpareto", "mla", "opm", "dgl",
    "umt", "reconboost",
  ])

  @Test(arguments: methods)
  func workersTrainAsOneProcess(method: String) throws {
    try Self.expectEqual(Self.tiny(training: method), 3)
  }

  /// Networks with a normalisation after every convolution, of pictures.
  @Test(arguments: ["joint", "aim"])
  func pictures(method: String) throws {
    let tiny = try TinyRun([
      "image": ModalityDescription(kind: .image, shape: [1, 12, 12], type: .float32),
      "motion": ModalityDescription(kind: .sequence, shape: [16, 3], type: .float32),
    ])
    tiny.configuration.model.encoders = NamedSections([
      "image": .resnet18(width: 1, smallImageStem: true), "motion": .conv1d(width: 4, depth: 4),
    ])
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (1, 7)
    tiny.configuration.training.optimiser = .sgd(learningRate: 0.01)
    tiny.configuration.method = try MethodFit.eager(method)
    try Self.expectEqual(tiny, 2)
  }

  /// The last batch has two samples: every one of three workers takes both.
  @Test func aBatchOfFewerSamplesThanWorkersIsWhole() throws {
    let tiny = try Self.tiny(training: "joint")
    tiny.configuration.training.batchSize = 4
    try Self.expectEqual(tiny, 3)
  }

  @Test(arguments: ["fast", "paper-literal", "label", "some classes", "rare passes", "measured"])
  func variantsOfAIM(name: String) throws {
    let tiny = try Self.tiny(training: "joint")
    var settings = AIMConfiguration()
    settings.startEpoch = 0
    settings.decoupling.latentWidth = 4
    switch name {
    case "fast", "paper-literal":
      settings = .settings(of: name == "fast" ? .fast : .paperLiteral)
      settings.startEpoch = 0
      settings.decoupling.latentWidth = 4
    case "label": settings.judge = .classifiers
    case "some classes": settings.prototypes.classesPerStep = 1
    case "rare passes": settings.prototypes.passInterval = 3
    default: settings.lambda = 0
    }
    tiny.configuration.method = MethodSection(AIM.self, settings)
    try Self.expectEqual(tiny, 2)
  }

  @Test func clippingSeesTheWholeGradient() throws {
    let tiny = try Self.tiny(training: "joint")
    tiny.configuration.training.gradientClip = 0.1
    try Self.expectEqual(tiny, 3)
  }

  /// A class weight makes the loss a mean over weights, which parts of a batch have not in common.
  @Test func weightedLossesAreThoseOfTheBatch() throws {
    let tiny = try Self.tiny(training: "joint")
    var loss = CrossEntropyConfiguration()
    loss.classWeights = .list([1, 3])
    tiny.configuration.training.loss = LossSection(loss)
    try Self.expectEqual(tiny, 3)
  }

  /// Each modality is left out of some samples: its encoder sees other numbers of rows on each worker.
  @Test(arguments: ["joint", "aim", "ogm-ge", "dgl", "greedy"])
  func samplesMayLackModalities(method: String) throws {
    let tiny = try Self.tiny(training: method)
    var augmentation = AugmentationConfiguration()
    augmentation.modalityDropout = 0.3
    tiny.configuration.augmentation = NamedSections(["motion": augmentation, "text": augmentation])
    tiny.configuration.training.batchSize = 7
    try Self.expectEqual(tiny, 2)
  }

  /// With statistics of each worker's own the workers agree with each other, and not with one process.
  @Test func statisticsOfWorkersAreAveraged() throws {
    let tiny = try Self.tiny(training: "joint")
    tiny.configuration.training.batchStatistics = .worker
    let configuration = tiny.configuration
    let found = try WorkerThreads.run(2) {
      try WorkerSteps(configuration: configuration, workers: $0).run()
    }
    #expect(found[0].difference(from: found[1]).size == 0)
    let alone = try WorkerSteps(configuration: configuration, workers: nil).run()
    #expect(found[0].difference(from: alone).size > 1e-6)
  }

  /// Encoders without batch normalisation, which would see micro-batches alone: then the cuts change nothing.
  @Test func microBatchesAreCutOfEachPart() throws {
    let tiny = try Self.text()
    (tiny.configuration.training.batchSize, tiny.configuration.training.microBatchSize) = (7, 2)
    try Self.expectEqual(tiny, 2)
  }

  /// Where batches are normalised, each micro-batch is by itself, and all workers go on with the mean of their statistics.
  @Test func normalisedMicroBatchesAreAveraged() throws {
    let tiny = try Self.tiny(training: "joint")
    (tiny.configuration.training.batchSize, tiny.configuration.training.microBatchSize) = (7, 2)
    let configuration = tiny.configuration
    let found = try WorkerThreads.run(2) {
      try WorkerSteps(configuration: configuration, workers: $0).run()
    }
    #expect(found[0].difference(from: found[1]).size == 0)
  }

  @Test(arguments: [WeightAveraging.ema, .swa])
  func averagesAreTheSame(kind: WeightAveraging) throws {
    let tiny = try Self.tiny(training: "joint")
    tiny.configuration.training.epochs = 2
    tiny.configuration.training.averaging.type = kind
    tiny.configuration.training.averaging.startEpoch = 1
    try Self.expectEqual(tiny, 2)
  }

  /// One encoder joins in the second epoch; its statistics stand still before.
  @Test(arguments: ["joint", "aim"])
  func partsThatAreFrozenAtFirst(method: String) throws {
    let tiny = try Self.tiny(training: method)
    tiny.configuration.training.epochs = 2
    var part = PartConfiguration()
    (part.frozen, part.unfreezeAtEpoch) = (true, 1)
    tiny.configuration.training.parts = NamedSections(["encoders.motion.*": part])
    try Self.expectEqual(tiny, 2)
  }

  /// Texts of several lengths, in batches as long as the longest text of each worker's part.
  @Test(arguments: ["joint", "aim"])
  func texts(method: String) throws {
    let tiny = try Self.text()
    tiny.configuration.method = try MethodFit.eager(method)
    try Self.expectEqual(tiny, 3)
  }

  // MARK: -

  private static func text() throws -> TinyRun {
    let tiny = try TinyRun([
      "text": ModalityDescription(
        kind: .text, shape: [9], type: .int32, tokens: TokenDescription(vocabulary: 20)),
      "vector": ModalityDescription(kind: .vector, shape: [5], type: .float32),
    ])
    tiny.configuration.model.encoders = NamedSections([
      "text": .transformer(width: 8, depth: 2, heads: 2, hidden: 8),
      "vector": .mlp(width: 8, depth: 2),
    ])
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (2, 5)
    tiny.configuration.training.optimiser = .sgd(learningRate: 0.01)
    return tiny
  }

  private static func expectEqual(
    _ tiny: TinyRun, _ count: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let configuration = tiny.configuration
    let alone = try WorkerSteps(configuration: configuration, workers: nil).run()
    let found = try WorkerThreads.run(count) {
      try WorkerSteps(configuration: configuration, workers: $0).run()
    }
    for outcome in found {
      let (size, place) = outcome.difference(from: alone)
      #expect(size < 1e-8, "\(place)", sourceLocation: sourceLocation)
      #expect(outcome.difference(from: found[0]).size == 0, sourceLocation: sourceLocation)
    }
  }

  private struct Head {
    let fusion: FusionSection
    let isCoupled: Bool
  }

  private static let heads =
    FusionSection.all.map { Head(fusion: $0, isCoupled: false) }
    + [Head(fusion: .sum, isCoupled: true)]

  /// Of a method at work from the first epoch on, with the first head that it takes.
  private static func tiny(training method: String) throws -> TinyRun {
    let modalities = method == "unimodal" ? ["text"] : ["motion", "text"]
    let head = try #require(
      heads.first {
        MethodFit.takes(
          method, modalities: modalities.count, fusion: $0.fusion, isCoupled: $0.isCoupled)
      })
    let tiny = try tiny(modalities, head)
    tiny.configuration.method = try MethodFit.eager(method)
    return tiny
  }

  private static func tiny(_ modalities: [String], _ head: Head) throws -> TinyRun {
    let tiny = try TinyRun(
      Dictionary(
        uniqueKeysWithValues: modalities.map {
          ($0, ModalityDescription(kind: .sequence, shape: [8, 3], type: .float32))
        }))
    tiny.configuration.model.encoders = NamedSections(
      Dictionary(
        uniqueKeysWithValues: modalities.map { ($0, .conv1d(width: 6, depth: 2)) }))
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (1, 5)
    tiny.configuration.training.optimiser = .sgd(learningRate: 0.01)
    tiny.configuration.model.fusion = head.fusion
    tiny.configuration.model.coupling = head.isCoupled ? .mmtm : .uncoupled
    return tiny
  }
}
