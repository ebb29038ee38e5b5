// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Whole steps that References/balanced_steps.py has taken too.
enum BalancedSteps {
  /// Takes the steps of a case and compares losses, parameters and running statistics.
  static func check(
    _ name: String, _ modalities: Int, _ fusion: FusionSection,
    _ make: (MethodSetting) throws -> any BalancingMethod
  ) throws {
    let golden = try StepGolden(
      "balanced_steps", name, modalities: modalities, fusion: fusion)
    let method = try make(golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method) { try take($0, method, engine) }
  }

  /// One step, and before the first of an epoch what the method does there.
  static func take(
    _ context: StepContext, _ method: any BalancingMethod, _ engine: TrainingEngine
  ) throws -> StepReport {
    if context.step == 0 {
      try (method as? any EpochAdapting)?.beginEpoch(context.epoch, with: engine)
    }
    return try (method as? any StepDefining)?.step(in: context, with: engine)
      ?? StandardStep(method, engine: engine).run(context)
  }
}

/// Two samples of two modalities with features of width two under a concatenation, small enough to compute by hand.
struct HandModel {
  let model: MultimodalModel
  let setting: MethodSetting
  /// z of both modalities, leaves of the graph.
  let features: [Tensor]
  /// The classes 1 and 0.
  let batch: Batch

  init(_ second: [Double] = [2, 0, 1, 1]) throws {
    var configuration = ModelConfiguration()
    for name in ["a", "v"] { configuration.encoders[name] = .mlp(width: 2, depth: 1) }
    model = try ModelFactory.makeModel(
      modalities: [("a", [2]), ("v", [2])], classes: 2, configuration: configuration, seed: 0)
    model.move(to: .cpu, dtype: .float64)
    for (name, parameter) in model.namedParameters {
      switch name {
      case "fusion.fc_out.weight":
        parameter.assign(Tensor([1, 0, 0.5, -0.5, 0, 1, -0.5, 0.5], shape: [2, 4]))
      case "fusion.fc_out.bias": parameter.assign(Tensor([0.2, -0.2]))
      default: break
      }
    }
    setting = MethodSetting(model: model, classes: 2, epochs: 200, device: .cpu, seed: 0)
    features = [[1, 2, 0, -1], second].map { Tensor($0, shape: [2, 2]).asLeaf() }
    batch = Batch(inputs: features, labels: Tensor([1, 0]), indices: [0, 1])
  }

  var forward: Forward {
    Forward(
      traces: [], encoded: features, features: features, logits: model.fusion.logits(features))
  }

  func context(epoch: Int = 0, step: Int = 0) -> StepContext {
    StepContext(
      epoch: epoch, step: step, stepsPerEpoch: 10, globalStep: step, batch: batch,
      mode: .training())
  }

  /// The gradients of a loss at the features.
  func gradients(of loss: Tensor) throws -> [Tensor] {
    try EquipoiseTorch.gradients(of: [loss], withRespectTo: features).map { try #require($0) }
  }
}

/// One sample of three classes, of which the first is right: the first modality is sure of it, the other of another.
enum HandPair {
  static var first: Tensor { Tensor([2.0, 0, 0], shape: [1, 3]) }
  static var second: Tensor { Tensor([0.0, 1, 0], shape: [1, 3]) }
  static var labels: Tensor { Tensor([0]) }
}
