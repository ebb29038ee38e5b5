// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseModels
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseSettings

struct MLATests {
  // MARK: Equations, with numbers calculated by hand

  @Test func regularisationFallsInsideAnEpoch() {
    #expect(MLA.regularisation(step: 0, stepsPerEpoch: 10) == 0.1)
    #expect(abs(MLA.regularisation(step: 5, stepsPerEpoch: 10) - 0.0316) < 1e-4)
  }

  @Test func projectionRemovesADirection() {
    let once = MLA.updated(identity, with: Tensor([1.0, 2.0]), alpha: 0.1)
    expect(once, [0.803922, -0.392157, -0.392157, 0.215686])
    #expect(abs(once.norm().item() - 1.000192) < 1e-6)
    expect(once / once.norm(), [0.803767, -0.392081, -0.392081, 0.215645])
    expect(MLA.projected(Tensor([1.0, 2.0], shape: [1, 2]), by: once), [0.019608, 0.039216])
    let twice = MLA.updated(once, with: Tensor([2.0, -1.0]), alpha: 0.1)
    expect(twice, [0.019608, 0, 0, 0.019608])
  }

  @Test func aZeroFeatureChangesNothing() {
    let same = MLA.updated(identity, with: Tensor([0.0, 0.0]), alpha: 0.1)
    #expect(same.array(of: Double.self) == identity.array(of: Double.self))
  }

  @Test func projectionStaysSymmetricAndBetweenZeroAndOne() {
    let generator = Generator(seed: 4)
    var projection = Tensor.identity(6, dtype: .float64)
    for _ in 0..<20 {
      let feature = Tensor.normal([6], dtype: .float64, from: generator)
      projection = MLA.updated(projection, with: feature, alpha: 0.1)
    }
    let transposed = projection.transposed(0, 1).contiguous()
    #expect(projection.array(of: Double.self) == transposed.array(of: Double.self))
    let values = projection.symmetricEigen().values.array(of: Double.self)
    #expect(values.allSatisfy { $0 > 0 && $0 <= 1 })
  }

  @Test func certainModalitiesCountForMore() {
    let logits = [Tensor([2.0, 0, 0], shape: [1, 3]), Tensor([0.5, 0, 0], shape: [1, 3])]
    expect(MLA.entropy(of: logits[0]), [0.665573])
    expect(MLA.entropy(of: logits[1]), [1.068445])
    expect(MLA.weights(logits), [0.599378, 0.400622])
    expect(MLA.fused(logits), [1.399066, 0, 0])
    expect(MLA.weights(logits.reversed()), [0.400622, 0.599378])
    expect(MLA.weights([logits[0], logits[0]]), [0.5, 0.5])
  }

  /// Of labels with σ(0), σ(2) and twice σ(−1); numbers count alike.
  @Test func weightsOfOtherTasks() {
    let logits = [Tensor([0.0, 2], shape: [1, 2]), Tensor([-1.0, -1], shape: [1, 2])]
    expect(MLA.labelEntropy(of: logits[0]), [0.529241])
    expect(MLA.labelEntropy(of: logits[1]), [0.582203])
    expect(MLA.weights(logits, of: .multilabel), [0.513238, 0.486762])
    #expect(MLA.labelEntropy(of: Tensor([1000.0, -1000], shape: [1, 2])).item() == 0)
    expect(MLA.weights(logits, of: .regression), [0.5, 0.5])
    expect(MLA.fused(logits, of: .regression), [-0.5, 0.5])
  }

  @Test func entropyOfACertainPredictionIsZero() {
    #expect(MLA.entropy(of: Tensor([1000.0, 0, 0], shape: [1, 3])).item() == 0)
  }

  @Test func aSampleIsFusedAsIfAlone() {
    let generator = Generator(seed: 5)
    let logits = (0..<3).map { _ in Tensor.normal([4, 3], dtype: .float64, from: generator) }
    let together = MLA.fused(logits).slice(2..<3)
    let alone = MLA.fused(logits.map { $0.slice(2..<3) })
    #expect(together.array(of: Double.self) == alone.array(of: Double.self))
  }

  // MARK: Steps

  @Test(arguments: MLA.Projection.allCases)
  func stepsAreTheReferences(_ projection: MLA.Projection) throws {
    var configuration = MLA.Configuration()
    configuration.projection = projection
    try check(projection.rawValue, configuration)
  }

  @Test func threeModalitiesNormalisedWithoutReset() throws {
    var configuration = MLA.Configuration()
    (configuration.normalised, configuration.resetEachEpoch) = (true, false)
    try check("normalized", configuration, modalities: 3)
  }

  private func check(_ name: String, _ configuration: MLA.Configuration, modalities: Int = 2) throws
  {
    let golden = try StepGolden("mla_steps", name, modalities: modalities, fusion: .shared)
    let method = try MLA(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method) { try method.step(in: $0, with: engine) }
    if configuration.projection != .off {
      try golden.expect(method.state[0].tensor, is: "projection")
    }
    let inputs = try golden.context(StepGolden.steps - 1).batch.inputs
    let features = golden.model.features(inputs, .evaluation)
    try golden.expect(try method.fusedLogits(of: features, with: golden.model), is: "fused")
  }

  @Test func fixedWeightsReplaceEntropy() throws {
    let golden = try StepGolden("mla_steps", "off", fusion: .shared)
    var configuration = MLA.Configuration()
    configuration.inferenceWeights = [0.55, 0.45]
    let method = try MLA(configuration, for: golden.setting)
    let features = golden.model.features(try golden.context(0).batch.inputs, .evaluation)
    let parts = features.indices.compactMap {
      golden.model.fusion.ownLogits($0, of: features[$0])
    }
    let expected = parts[0] * 0.55 + parts[1] * 0.45
    let found = try method.fusedLogits(of: features, with: golden.model)
    #expect(found.array(of: Double.self) == expected.array(of: Double.self))
  }

  // MARK: Runs

  @Test func inferenceWeightsAreOnePerModality() throws {
    let golden = try StepGolden("mla_steps", "off", fusion: .shared)
    var configuration = MLA.Configuration()
    configuration.inferenceWeights = [1]
    let text = message { _ = try MLA(configuration, for: golden.setting) }
    #expect(
      text
        == "method.inferenceWeights: 1 inference weights for the modalities audio, text; "
        + "give one each, not all of them 0, or none")
  }

  private var identity: Tensor { .identity(2, dtype: .float64) }

  private func expect(
    _ tensor: Tensor, _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = tensor.array(of: Double.self)
    #expect(
      found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 },
      "\(found), not \(expected)", sourceLocation: sourceLocation)
  }
}
