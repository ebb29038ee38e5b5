// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Steps whose encoders see the batch in parts, against the same steps with the whole batch, in double precision.
struct MicroBatchTests {
  /// A method after three steps of ten samples.
  private struct Steps {
    var modalities = ["text", "view"]
    var task = LearningTask.classification
    var objective = Objective.crossEntropy
    var lacks = false
    var dropout = 0.0

    private func model(_ fusion: FusionSection) throws -> MultimodalModel {
      var configuration = ModelConfiguration()
      configuration.fusion = fusion
      configuration.missing = lacks ? .embedding : .zero
      for name in modalities {
        configuration.encoders[name] = .mlp(width: 6, depth: 2, dropout: dropout)
      }
      let model = try ModelFactory.makeModel(
        modalities: modalities.map { ($0, [$0.count]) }, classes: 3, configuration: configuration,
        seed: 3)
      model.move(to: .cpu, dtype: .float64)
      return model
    }

    private func batch(_ step: Int, _ model: MultimodalModel) -> Batch {
      let generator = Generator(seed: UInt64(40 + step))
      let count = 10
      let inputs = model.modalities.map {
        Tensor.normal([count, $0.count], from: generator).to(.float64)
      }
      let labels =
        task == .classification
        ? Tensor((0..<count).map { ($0 * 7 + step) % 3 }, shape: [count])
        : Tensor.normal([count, 3], from: generator)
      guard lacks else {
        return Batch(inputs: inputs, labels: labels, indices: Array(0..<count))
      }
      // The first modality is lacking in the first four samples, which are a part of their own.
      let first = RowPresence(rows: Array(4..<count), of: count)
      let shown = [inputs[0] * first.mask(rank: 2).to(.float64)] + inputs.dropFirst()
      return Batch(
        inputs: shown, labels: labels, indices: Array(0..<count), present: [first, nil])
    }

    /// Every parameter after the steps, and the losses.
    func run(
      _ section: MethodSection, _ fusion: FusionSection, size: Int?
    ) throws -> [(name: String, tensor: Tensor)] {
      let model = try model(fusion)
      let setting = MethodSetting(
        model: model, classes: 3, epochs: 2, device: .cpu, seed: 0, samplesPerClass: [4, 3, 3],
        batchSize: 10, objective: objective, lacksModalities: lacks)
      let method = try MethodCatalogue.standard.make(section, for: setting)
      var training = TrainingConfiguration()
      training.microBatchSize = size
      let batches = (0..<3).map { batch($0, model) }
      let engine = TrainingEngine(
        model: model,
        optimizer: OptimiserSection.sgd(learningRate: 0.05).makeOptimizer(
          model.namedParameters + method.ownedParameters), training: training, device: .cpu,
        objective: objective,
        trainingBatches: { _, body in for batch in batches { try body(batch) } },
        validationBatches: { body in for batch in batches { try body(batch) } },
        schedule: TrainingEngine.EpochSchedule(
          batches: { _, body in for batch in batches { try body(batch) } },
          learningRate: { _, _ in 0.05 }))
      try (method as? any EpochAdapting)?.beginEpoch(0, with: engine)
      let step = StandardStep(method, engine: engine)
      let stream = dropout > 0 ? Generator(seed: 9) : nil
      var losses: [(name: String, tensor: Tensor)] = []
      for (index, batch) in batches.enumerated() {
        let report = try step.run(
          StepContext(
            epoch: 0, step: index, stepsPerEpoch: 3, globalStep: index, batch: batch,
            mode: .training(dropout: stream)))
        losses += [("loss \(index)", report.loss), ("logits \(index)", report.logits)]
      }
      return losses + model.state
        + method.ownedParameters.map {
          ($0.name, $0.parameter.leaf.detached())
        }
    }

    func expectEqual(
      _ section: MethodSection, _ fusion: FusionSection = .concatenation, sizes: [Int] = [2, 4, 7]
    ) throws {
      let whole = try run(section, fusion, size: nil)
      for size in sizes {
        let parts = try run(section, fusion, size: size)
        #expect(parts.map(\.name) == whole.map(\.name))
        for (part, expected) in zip(parts, whole) where expected.tensor.dtype == .float64 {
          let difference =
            (part.tensor - expected.tensor).magnitude().array(of: Double.self).max() ?? .nan
          #expect(difference < 1e-10, "\(section.name), \(size): \(part.name) by \(difference)")
        }
      }
    }
  }

  /// Methods whose step is the standard one.
  private static let standard = [
    "joint", "late-fusion", "unimodal-losses", "gradient-blending", "ogm-ge", "ogm", "opm",
    "opm-ogm", "pmr", "mmcosine", "diagnosing-relearning",
  ]

  private static func fusion(_ method: String) -> FusionSection {
    let own: [String: FusionSection] = ["late-fusion": .sum, "mmcosine": .cosine()]
    return own[method] ?? .concatenation
  }

  @Test(arguments: standard) func everyStandardStepIsThatOfTheWholeBatch(
    _ method: String
  ) throws {
    try Steps().expectEqual(MethodFit.eager(method), Self.fusion(method))
  }

  @Test(arguments: FusionSection.all.filter { $0.name != "shared" })
  func everyHead(_ fusion: FusionSection) throws {
    try Steps().expectEqual(MethodFit.eager("joint"), fusion)
  }

  @Test func oneModality() throws {
    try Steps(modalities: ["text"]).expectEqual(MethodFit.eager("unimodal"))
  }

  /// Parts in which no sample has a modality.
  @Test(arguments: ["joint", "unimodal-losses", "ogm"])
  func missingModalities(_ method: String) throws {
    try Steps(lacks: true).expectEqual(MethodFit.eager(method), sizes: [2, 4, 6])
  }

  /// A loss that is no mean over samples is that of the whole batch all the same.
  @Test func losses() throws {
    let scale = TargetScale(
      means: [0.1, 0, 0.2], deviations: [1, 2, 0.5], device: .cpu, dtype: .float64)
    let loss = try ConcordanceConfiguration().makeLoss(
      for: LossSetting(
        task: .regression, outputs: ["a", "b", "c"], samples: 30, counts: [], device: .cpu))
    let ccc = Objective(.regression, loss: loss, scale: scale)
    try Steps(task: .regression, objective: ccc).expectEqual(MethodFit.eager("joint"))
  }

  /// With dropout the draws are other ones; the first pass and the second have the same.
  @Test func dropoutDrawsOnce() throws {
    let steps = Steps(dropout: 0.4)
    let whole = try steps.run(MethodFit.eager("joint"), .concatenation, size: nil)
    let parts = try steps.run(MethodFit.eager("joint"), .concatenation, size: 4)
    let again = try steps.run(MethodFit.eager("joint"), .concatenation, size: 4)
    for (first, second) in zip(parts, again) {
      #expect(first.tensor.array(of: Double.self) == second.tensor.array(of: Double.self))
    }
    #expect(
      zip(parts, whole).contains {
        $0.tensor.array(of: Double.self) != $1.tensor.array(of: Double.self)
      })
  }

  @Test func partsAreEvenAndNeverOfOneSample() {
    #expect(MicroBatching.parts(of: 10, atMost: 4) == [0..<3, 3..<6, 6..<10])
    #expect(MicroBatching.parts(of: 10, atMost: 10) == [0..<10])
    #expect(MicroBatching.parts(of: 3, atMost: 2) == [0..<3])
    #expect(MicroBatching.parts(of: 5, atMost: 2) == [0..<2, 2..<5])
    #expect(MicroBatching.parts(of: 1, atMost: 2) == [0..<1])
  }

  // MARK: Runs

  /// Batch normalisation, dropout and augmentation: stopped and continued.
  @Test(arguments: ["joint", "opm", "pmr", "gradient-blending"])
  func continuesBitForBit(_ method: String) throws {
    let tiny = try TinyRun()
    tiny.configuration.method = try MethodFit.eager(method)
    tiny.configuration.training.microBatchSize = 2
    try expectResumption(of: tiny, after: 6)
  }

  /// A second pass over the encoders must not move the running statistics again.
  @Test func everyPartIsCountedOnce() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.microBatchSize = 2
    try tiny.train("run", maxSteps: 3)
    let file = try TensorFile(path: tiny.folder.file("run/weights.safetensors"))
    let name = try #require(file.names.first { $0.hasSuffix("num_batches_tracked") })
    #expect(try file.tensor(name).array(of: Int.self) == [6])
  }

  @Test(arguments: ["aim", "greedy", "agm", "mla", "mmpareto"])
  func methodsThatNeedTheWholeBatchRefuse(_ method: String) throws {
    let tiny = try TinyRun()
    tiny.configuration.method = try MethodFit.eager(method)
    tiny.configuration.training.microBatchSize = 2
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(width: 16, depth: 4)
    if method == "mla" { tiny.configuration.model.fusion = .shared }
    if method == "greedy" {
      (tiny.configuration.model.fusion, tiny.configuration.model.coupling) = (.sum, .mmtm)
    }
    let text = message { _ = try tiny.run("run") }
    #expect(
      text?.hasPrefix("training.microBatchSize: the method '\(method)' takes several passes")
        == true,
      "\(text ?? "accepted")")
  }
}
