// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// Three whole steps against References/training_step.py: losses, parameters and running statistics.
struct TrainingStepTests {
  private let file: TensorFile

  init() throws {
    let url = Bundle.module.url(
      forResource: "Goldens/training_steps", withExtension: "safetensors")
    file = try TensorFile(path: try #require(url).path)
  }

  @Test func residualNetworkWithMomentum() throws {
    try check(
      "sgd", .resnet18(width: 1, smallImageStem: true), [1, 9, 9], .sgd(learningRate: 0.05),
      clip: nil)
  }

  @Test func transformerWithClippingAndDecoupledDecay() throws {
    var adamw = AdamWConfiguration()
    adamw.weightDecay = 0.01
    try check(
      "adamw", .transformer(width: 4, depth: 2, heads: 2, hidden: 6), [5, 3],
      OptimiserSection(adamw, learningRate: 0.01), clip: 0.5)
  }

  private func check(
    _ example: String, _ audio: EncoderSection, _ shape: [Int],
    _ optimiser: OptimiserSection, clip: Double?
  ) throws {
    let model = try makeModel(audio, shape)
    try model.load(section("\(example)/initial."), source: example)
    var training = TrainingConfiguration()
    training.gradientClip = clip
    let engine = TrainingEngine(
      model: model, optimizer: optimiser.makeOptimizer(model.namedParameters), training: training,
      device: .cpu, trainingBatches: { _, _ in })
    let setting = MethodSetting(model: model, classes: 3, epochs: 1, device: .cpu, seed: 0)
    let step = StandardStep(Joint(Joint.Configuration(), for: setting), engine: engine)
    for index in 0..<3 {
      let report = try step.run(try context(example, index))
      let expected = try file.tensor("\(example)/loss.\(index)").item()
      #expect(abs(report.loss.item() - expected) <= 2e-7 * abs(expected))
    }
    for (name, tensor) in model.state {
      let expected = try file.tensor("\(example)/final.\(name)").to(.float64)
      let difference = (tensor.to(.float64) - expected).magnitude().floats().max() ?? 0
      let scale = expected.magnitude().floats().max() ?? 0
      #expect(difference <= 2e-7 * max(1, scale), "\(name) is off by \(difference)")
    }
  }

  private func makeModel(_ audio: EncoderSection, _ shape: [Int]) throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(["audio": audio, "text": .mlp(width: 4)])
    let model = try ModelFactory.makeModel(
      modalities: [("audio", shape), ("text", [5])], classes: 3, configuration: configuration,
      seed: 0)
    model.move(to: .cpu, dtype: .float64)
    return model
  }

  private func context(_ example: String, _ step: Int) throws -> StepContext {
    let inputs = try (0..<2).map { try file.tensor("\(example)/input.\($0).\(step)").to(.float64) }
    let labels = try file.tensor("\(example)/label.\(step)")
    return StepContext(
      epoch: 0, step: step, stepsPerEpoch: 3, globalStep: step,
      batch: Batch(inputs: inputs, labels: labels, indices: Array(0..<labels.count)),
      mode: .training())
  }

  private func section(_ prefix: String) throws -> [String: Tensor] {
    let names = file.names.filter { $0.hasPrefix(prefix) }
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        (String($0.dropFirst(prefix.count)), try file.tensor($0))
      })
  }
}
