// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// A case recorded by References/step_recorder.py, with our model in its place.
struct StepGolden {
  static let steps = 4
  static let stepsPerEpoch = 3

  let model: MultimodalModel
  private let file: TensorFile
  private let name: String

  /// The case `name` of a file: its model in its initial state, in double precision.
  init(
    _ file: String, _ name: String, modalities count: Int = 2, fusion: FusionSection,
    changing change: (inout ModelConfiguration) -> Void = { _ in }
  ) throws {
    let url = Bundle.module.url(forResource: "Goldens/\(file)", withExtension: "safetensors")
    let golden = try TensorFile(path: try #require(url).path)
    self.file = golden
    self.name = name
    let names = ["audio", "text", "view"].prefix(count)
    let shapes = try names.indices.map { modality in
      Array(try golden.tensor("\(name)/input.\(modality).0").shape.dropFirst())
    }
    let inputs = Array(zip(names, shapes))
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(
      Dictionary(
        uniqueKeysWithValues: inputs.map { name, shape in
          (
            name,
            shape.count == 3
              ? EncoderSection.resnet18(width: 1, smallImageStem: true) : .mlp(width: 8)
          )
        }))
    configuration.fusion = fusion
    change(&configuration)
    model = try ModelFactory.makeModel(
      modalities: inputs, classes: 3, configuration: configuration, seed: 0)
    model.move(to: .cpu, dtype: .float64)
    try model.load(section("initial.", of: model.state.map(\.name)), source: name)
  }

  /// A recorded tensor of the case.
  func callAsFunction(_ what: String) throws -> Tensor {
    let tensor = try file.tensor("\(name)/\(what)")
    return tensor.dtype.isFloatingPoint ? tensor.to(.float64) : tensor
  }

  var setting: MethodSetting {
    MethodSetting(model: model, classes: 3, epochs: 2, device: .cpu, seed: 0)
  }

  /// Gradient descent with the recorded settings, on the model and what the method owns. An epoch
  /// is the batches of the first three steps; the validation split is that of the last, unless it
  /// is given.
  func engine(
    training method: any BalancingMethod, validation: Batch? = nil
  ) throws -> TrainingEngine {
    for (name, parameter) in own(method) { parameter.assign(try self("initial." + name)) }
    var optimiser = OptimiserSection()
    optimiser.learningRate = 0.05
    let epoch: TrainingEngine.Visit = { body in
      for step in 0..<Self.stepsPerEpoch { try body(context(step).batch) }
    }
    return TrainingEngine(
      model: model,
      optimizer: optimiser.makeOptimizer(
        model.namedParameters + own(method).map { ("method.\($0.name)", $0.parameter) }),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in try epoch(body) },
      validationBatches: { body in try body(validation ?? context(Self.stepsPerEpoch).batch) },
      schedule: TrainingEngine.EpochSchedule(
        batches: { _, body in try epoch(body) }, learningRate: { _, _ in 0.05 }))
  }

  private func own(_ method: any BalancingMethod) -> [NamedParameter] {
    (method as? any ParameterOwning)?.ownParameters ?? []
  }

  func context(_ step: Int) throws -> StepContext {
    let inputs = try model.modalities.indices.map { try self("input.\($0).\(step)") }
    return StepContext(
      epoch: step / Self.stepsPerEpoch, step: step % Self.stepsPerEpoch,
      stepsPerEpoch: Self.stepsPerEpoch, globalStep: step,
      batch: Batch(inputs: inputs, labels: try self("label.\(step)"), indices: Array(0..<4)),
      mode: .training())
  }

  /// Takes the recorded steps, and compares every loss, parameter and running statistic.
  func check(_ method: any BalancingMethod, _ step: (StepContext) throws -> StepReport) throws {
    for index in 0..<Self.steps {
      let report = try step(try context(index))
      try expect(report.loss, is: "loss.\(index)")
    }
    let own = own(method).map { ($0.name, $0.parameter.leaf.detached()) }
    for (name, tensor) in model.state + own { try expect(tensor, is: "final.\(name)") }
  }

  /// Both to the precision of the file.
  func expect(
    _ tensor: Tensor, is what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try self(what).to(.float64)
    let difference = (tensor.to(.float64) - expected).magnitude().floats().max() ?? 0
    let scale = expected.magnitude().floats().max() ?? 0
    #expect(
      difference <= 2e-7 * max(1, scale), "\(name)/\(what) is off by \(difference)",
      sourceLocation: sourceLocation)
  }

  private func section(_ prefix: String, of names: [String]) throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: try names.map { ($0, try self(prefix + $0)) })
  }
}
