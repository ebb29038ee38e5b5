// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Three whole steps of a method that References/modulation_steps.py has taken too.
struct MethodSteps {
  private static let shapes = ["audio": [1, 9, 9], "text": [5], "view": [4], "pose": [3]]
  private static let widths = ["text": 4, "view": 3, "pose": 2]
  private let file: TensorFile
  private let name: String
  let model: MultimodalModel

  /// The case `name`, with its initial weights in double precision.
  init(
    _ name: String, fusion: FusionSection = .concatenation, modalities: [String] = ["text", "view"]
  ) throws {
    let url = Bundle.module.url(
      forResource: "Goldens/modulation_steps", withExtension: "safetensors")
    file = try TensorFile(path: try #require(url).path)
    self.name = name
    model = try Self.makeModel(fusion, modalities)
    let prefix = "\(name)/initial."
    let initial = try file.names.filter { $0.hasPrefix(prefix) }
      .map { (String($0.dropFirst(prefix.count)), try file.tensor($0)) }
    try model.load(Dictionary(uniqueKeysWithValues: initial), source: name)
  }

  var setting: MethodSetting {
    MethodSetting(model: model, classes: 3, epochs: 20, device: .cpu, seed: 0)
  }

  /// Takes the steps in an epoch and compares losses, parameters and running statistics.
  func check(_ method: any BalancingMethod, epoch: Int = 10) throws {
    let engine = try makeEngine()
    if let adapting = method as? any EpochAdapting {
      try adapting.beginEpoch(epoch, with: engine)
    }
    for index in 0..<3 {
      let report = try take(context(index, epoch: epoch), method, engine)
      let expected = try file.tensor("\(name)/loss.\(index)").item()
      #expect(abs(report.loss.item() - expected) <= 2e-7 * max(1, abs(expected)), "step \(index)")
    }
    for (parameter, tensor) in model.state {
      let expected = try file.tensor("\(name)/final.\(parameter)").to(.float64)
      #expect(isClose(tensor.to(.float64), expected, tolerance: 4e-7), "\(parameter)")
    }
  }

  /// One step of a method.
  func take(
    _ context: StepContext, _ method: any BalancingMethod, _ engine: TrainingEngine
  ) throws -> StepReport {
    if let method = method as? any StepDefining {
      return try method.step(in: context, with: engine)
    }
    return try StandardStep(method, engine: engine).run(context)
  }

  /// SGD with momentum on the case's batches.
  func makeEngine() throws -> TrainingEngine {
    let optimiser = OptimiserSection.sgd(learningRate: 0.05)
    let batches = try (0..<3).map { try context($0).batch }
    return TrainingEngine(
      model: model, optimizer: optimiser.makeOptimizer(model.namedParameters),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in for batch in batches { try body(batch) } })
  }

  /// The context of a step.
  func context(_ step: Int, epoch: Int = 0) throws -> StepContext {
    let inputs = try model.modalities.indices.map {
      try file.tensor("\(name)/input.\($0).\(step)").to(.float64)
    }
    let labels = try file.tensor("\(name)/label.\(step)")
    return StepContext(
      epoch: epoch, step: step, stepsPerEpoch: 3, globalStep: step,
      batch: Batch(inputs: inputs, labels: labels, indices: Array(0..<labels.count)),
      mode: .training())
  }

  private static func makeModel(
    _ fusion: FusionSection, _ modalities: [String]
  ) throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    configuration.fusion = fusion
    for name in modalities {
      configuration.encoders[name] =
        widths[name].map { .mlp(width: $0, depth: 2) } ?? .resnet18(width: 1, smallImageStem: true)
    }
    let model = try ModelFactory.makeModel(
      modalities: modalities.map { ($0, shapes[$0] ?? []) }, classes: 3,
      configuration: configuration, seed: 0)
    model.move(to: .cpu, dtype: .float64)
    return model
  }
}
