// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// Parts of a model that are trained in their own ways, against PyTorch's parameter groups
/// (References/torch_param_groups.py).
struct PartPlanTests {
  /// Two linear layers, a block each.
  private final class TwoLayers: ModalityEncoder {
    private let layers: [Linear]
    private let channels: Int

    init(_ channels: Int, _ generator: Generator) {
      self.channels = channels
      layers = [
        Linear(channels, 3, from: generator), Linear(3, 2, from: generator),
      ]
    }

    var blocks: [EncoderBlock] {
      layers.enumerated().map { index, layer in
        EncoderBlock("layers.\(index)", parts: [("layers.\(index)", layer)]) { x, _ in layer(x) }
      }
    }
    var featureWidth: Int { 2 }
    var channelAxis: Int { 1 }
    var summary: String { "two layers" }
    func validate(shape: [Int], of modality: String) throws {}
    func prepare(_ input: Tensor) -> Tensor { input }
    func pool(_ last: Tensor, samples: Int) -> Tensor { last }
  }

  private let model: MultimodalModel
  private let file: TensorFile

  init() throws {
    let generator = Generator(seed: 1)
    model = try MultimodalModel(
      encoders: [
        ("a", [4], TwoLayers(4, generator)), ("b", [5], TwoLayers(5, generator)),
      ], fusion: ConcatFusion([2, 2], classes: 3, from: generator))
    model.move(to: .cpu, dtype: .float64)
    let url = Bundle.module.url(forResource: "Goldens/param_groups", withExtension: "safetensors")
    file = try TensorFile(path: try #require(url).path)
  }

  private func part(_ change: (inout PartConfiguration) -> Void) -> PartConfiguration {
    var part = PartConfiguration()
    change(&part)
    return part
  }

  private func training(_ parts: [String: PartConfiguration]) -> TrainingConfiguration {
    var training = TrainingConfiguration()
    training.parts = NamedSections(parts)
    return training
  }

  // MARK: PyTorch

  private static var optimisers: [OptimiserSection] {
    var adam = AdamConfiguration()
    adam.weightDecay = 0.1
    var adamW = AdamWConfiguration()
    adamW.weightDecay = 0.1
    return [
      .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 0.1),
      OptimiserSection(adam, learningRate: 0.05), OptimiserSection(adamW, learningRate: 0.05),
    ]
  }

  /// Eight steps in double precision, in which a layer is frozen for four: factors, layer decay, decay of the weights
  /// alone and another one of the head's, under a schedule.
  @Test(arguments: optimisers) func equalsPyTorchsGroups(_ optimiser: OptimiserSection) throws {
    var training = training([
      "encoders.a": part { $0.layerDecay = 0.5 },
      "encoders.b.layers.0": part { ($0.frozen, $0.unfreezeAtEpoch) = (true, 4) },
      "encoders.?.layers.1": part { $0.learningRateFactor = 0.5 },
      "head": part { ($0.learningRateFactor, $0.weightDecay) = (10, 0.02) },
    ])
    // Of one length in words the closer one decides: without this a's second layer is b's.
    training.parts["encoders.a.layers.1"] = part { $0.layerDecay = 0.5 }
    training.decaysNormsAndBiases = false
    for (name, parameter) in model.namedParameters {
      parameter.assign(try file.tensor("start/\(name)"))
    }
    let plan = try PartPlan(training, model)
    let optimizer = try optimiser.makeOptimizer(plan)
    let engine = TrainingEngine(
      model: model, optimizer: optimizer, training: training, device: .cpu,
      trainingBatches: { _, _ in })
    for step in 0..<8 {
      plan.begin(epoch: step)
      optimizer.learningRate = 0.05 * pow(0.5, Double(step / 3))
      var gradients = try engine.gradients(of: model.fusion.parameters[0].leaf.sum())
      for index in gradients.entries.indices {
        let name = gradients.entries[index].name
        gradients.entries[index].gradient = try file.tensor("gradient.\(step)/\(name)")
      }
      try engine.apply(gradients)
      for (name, parameter) in model.namedParameters {
        let expected = try file.tensor("\(optimiser.name).\(step)/\(name)")
        let difference =
          (parameter.leaf.detached() - expected).magnitude().array(of: Double.self).max() ?? .nan
        #expect(difference < 1e-12, "step \(step), \(name): \(difference)")
      }
    }
  }

  /// What nobody asked for is one optimiser, as before.
  @Test func withoutPartsThereAreNoGroups() throws {
    let plan = try PartPlan(TrainingConfiguration(), model)
    #expect(plan.isPlain)
    #expect(try OptimiserSection().makeOptimizer(plan) is SGD)
    let grouped = try OptimiserSection().makeOptimizer(
      PartPlan(training(["head": part { $0.learningRateFactor = 2 }]), model))
    #expect(grouped is GroupedOptimizer)
    // Checkpoints do not know groups.
    let names = try OptimiserSection().makeOptimizer(plan).state.map(\.name)
    #expect(Set(grouped.state.map(\.name)) == Set(names))
    #expect(grouped.parameters.map(\.name) == model.namedParameters.map(\.name))
  }

  // MARK: Patterns

  @Test(arguments: [
    ("encoders.audio", "encoders.audio.layer1.0.weight", true),
    ("encoders.audio", "encoders.audio", true), ("encoders.aud", "encoders.audio.bias", false),
    ("encoders.*", "encoders.audio.bias", true), ("encoders.*.bias", "encoders.audio.bias", true),
    ("*.audio", "encoders.audio.bias", true), ("*", "fusion.fc_out.bias", true),
    ("encoders.*.layer1.0.weight", "encoders.audio.weight", false),
    ("encoders.a*o", "encoders.audio.bias", true), ("encoders.a*o", "encoders.audios.bias", false),
    ("head", "fusion.fc_out.bias", true), ("head.fc_out.weight", "fusion.fc_out.bias", false),
    ("encoders.audi?", "encoders.audio.bias", true), ("fus*", "fusion.x", true),
  ])
  func patterns(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(PartPattern(pattern).matches(name) == expected)
  }

  @Test func theOneThatSaysMostDecides() throws {
    let plan = try PartPlan(
      training([
        "encoders.*": part { $0.learningRateFactor = 2 },
        "encoders.a": part { $0.learningRateFactor = 3 },
        "encoders.a.layers.1": part { $0.learningRateFactor = 4 },
        "*": part { $0.learningRateFactor = 5 },
      ]), model)
    func factor(_ name: String) -> Double? { plan.entries.first { $0.name == name }?.factor }
    #expect(factor("encoders.b.layers.1.bias") == 2)
    #expect(factor("encoders.a.layers.0.bias") == 3)
    #expect(factor("encoders.a.layers.1.bias") == 4)
    #expect(factor("fusion.fc_out.bias") == 5)
  }

  @Test func layersDecayTowardsTheInput() throws {
    let plan = try PartPlan(
      training(["encoders.*": part { ($0.layerDecay, $0.learningRateFactor) = (0.5, 3) }]), model)
    let factors = Dictionary(uniqueKeysWithValues: plan.entries.map { ($0.name, $0.factor) })
    #expect(factors["encoders.a.layers.0.weight"] == 0.75)
    #expect(factors["encoders.b.layers.1.weight"] == 1.5)
    #expect(factors["fusion.fc_out.weight"] == 1)
  }

  @Test func whatDoesNotExistIsRefusedWithTheNearestNames() {
    let text = message { _ = try PartPlan(training(["encoders.c": PartConfiguration()]), model) }
    #expect(
      text == "training.parts: no parameter's name begins with 'encoders.c'; did you mean "
        + "'encoders.a' or 'encoders.b' or 'encoders'?")
    let far = message { _ = try PartPlan(training(["zzz": PartConfiguration()]), model) }
    #expect(
      far == "training.parts: no parameter's name begins with 'zzz'; choose from 'encoders', "
        + "'fusion', 'head'")
    let all = message {
      _ = try PartPlan(training(["*": part { $0.frozen = true }]), model)
    }
    #expect(
      all == "training.parts: every parameter is frozen; leave a part to train, such as head")
  }

  @Test func normsAndBiasesAreSparedOnRequest() throws {
    var training = TrainingConfiguration()
    training.decaysNormsAndBiases = false
    for entry in try PartPlan(training, model).entries {
      #expect(entry.weightDecay == (entry.name.hasSuffix("bias") ? 0 : nil), "\(entry.name)")
    }
  }

  // MARK: Freezing

  @Test func batchNormalisationKeepsToItsStatisticsWhileItIsFrozen() {
    let norm = BatchNorm(2)
    norm.runningMean.assign(Tensor([1.0, 2.0]).to(.float32))
    let input = Tensor([3.0, 4.0, 5.0, 9.0]).to(.float32).reshaped([2, 2])
    let before = norm.state.map { $0.tensor.cloned() }
    for parameter in norm.parameters { parameter.isFrozen = true }
    let frozen = norm(input, .training())
    #expect(frozen.floats() == norm(input, .evaluation).floats())
    #expect(zip(before, norm.state).allSatisfy { $0.floats() == $1.tensor.floats() })
    for parameter in norm.parameters { parameter.isFrozen = false }
    #expect(norm(input, .training()).floats() != frozen.floats())
    #expect(norm.runningMean.value.floats() != [1, 2])
  }
}
