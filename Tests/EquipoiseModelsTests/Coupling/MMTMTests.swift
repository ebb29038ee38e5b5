// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseModels

struct MMTMTests {
  /// Weights small enough to calculate the outputs by hand.
  private func module() throws -> MMTM {
    let module = MMTM([("a", 2, 1), ("v", 1, 1)], from: Generator(seed: 0))
    let values: [String: [Float]] = [
      "squeeze.weight": [0.5, 0.5, 0.5], "excite.a.weight": [1, -1], "excite.v.weight": [2],
    ]
    for (name, parameter) in module.namedParameters where values[name] != nil {
      parameter.assign(Tensor(values[name] ?? [], shape: parameter.leaf.shape))
    }
    return module
  }

  @Test func gatesSeeAllModalities() throws {
    let module = try module()
    let outputs = [
      Tensor([1, -1] as [Float], shape: [1, 2]), Tensor([2] as [Float], shape: [1, 1]),
    ]
    let gates = module.gates(module.squeezed(outputs, samples: 1))
    #expect(isClose(gates[0], [0.731059, 0.268941]) && isClose(gates[1], [0.880797]))
    let gated = module.gated(outputs, by: gates, samples: 1)
    #expect(isClose(gated[0], [0.731059, -0.268941]) && isClose(gated[1], [1.761594]))
  }

  /// The mean is over space and the frames of a sample, and its gate acts on all of them.
  @Test func framesOfASampleShareAGate() throws {
    let module = try module()
    let frames = Tensor([0, 2, -3, 1, 2, 0, 1, -3] as [Float], shape: [2, 2, 2, 1])
    let gates = module.gates(
      module.squeezed([frames, Tensor([2] as [Float], shape: [1, 1])], samples: 1))
    #expect(isClose(gates[0], [0.731059, 0.268941]))
    let gated = module.gated([frames], by: [gates[0]], samples: 1)[0]
    #expect(gated.shape == [2, 2, 2, 1])
    let factors = zip(gated.floats(), frames.floats()).filter { $1 != 0 }.map { $0 / $1 }
    #expect(
      zip(factors, [0.731059, 0.268941, 0.268941, 0.731059, 0.268941, 0.268941] as [Float])
        .allSatisfy { abs($0 - $1) < 1e-6 })
  }

  // MARK: Models

  private func model(_ change: (inout ModelConfiguration) -> Void = { _ in }) throws
    -> MultimodalModel
  {
    var configuration = ModelConfiguration()
    configuration.coupling = .mmtm
    for name in ["audio", "text", "view", "motion"] {
      configuration.encoders[name] =
        switch name {
        case "audio": .auto(width: 2, smallImageStem: true)
        case "motion": .conv1d(width: 8, depth: 4)
        default: .auto(width: 8, depth: 4)
        }
    }
    change(&configuration)
    return try ModelFactory.makeModel(
      modalities: [
        ("audio", [2, 1, 9, 9]), ("text", [5, 3]), ("view", [7]), ("motion", [16, 2]),
      ], classes: 3, configuration: configuration, seed: 0)
  }

  private func inputs() -> [Tensor] {
    let generator = Generator(seed: 1)
    return [[2, 2, 1, 9, 9], [2, 5, 3], [2, 7], [2, 16, 2]].map { .normal($0, from: generator) }
  }

  @Test func everyEncoderCanBeCoupled() throws {
    let model = try model()
    #expect(model.isCoupled && model.coupling.names == ["1", "2", "3"])
    let loss = model.forward(inputs(), .training()).logits.crossEntropy(Tensor([0, 1]))
    let found = gradients(of: [loss], withRespectTo: model.parameters.map(\.leaf))
    #expect(found.allSatisfy { $0 != nil })
    #expect(model.parts.map(\.name) == ["audio", "text", "view", "motion", "mmtm", "fusion"])
    #expect(model.parts.flatMap(\.parameters).map(\.name) == model.namedParameters.map(\.name))
    let summary = model.summarize()
    #expect(summary.parameters == model.parameterCount)
    // After depth 1: 28 channels, 14 hidden units, 28 gates; then 32 and 16, 40 and 20.
    #expect(summary.mmtmMultiplyAdds == 2 * (28 * 14 + 32 * 16 + 40 * 20))
  }

  @Test func featuresAreThoseOfTheTrace() throws {
    let model = try model()
    let forward = model.forward(inputs(), .evaluation)
    let features = model.features(inputs(), .evaluation)
    for (one, other) in zip(forward.features, features) { #expect(one.floats() == other.floats()) }
  }

  @Test func oneModalityIsNotCoupled() throws {
    var configuration = ModelConfiguration()
    configuration.coupling = .mmtm
    let model = try ModelFactory.makeModel(
      modalities: [("view", [7])], classes: 3, configuration: configuration, seed: 0)
    #expect(!model.isCoupled)
  }

  @Test func depthsThatDifferAreRefused() {
    let text = message { _ = try model { $0.encoders["view"] = .auto(width: 8, depth: 3) } }
    #expect(
      text
        == "model.coupling: MMTM joins encoders of one depth, two blocks or more, not audio 4, text 4, "
        + "view 3, motion 4; set the encoders' depths so that they agree")
  }

  private func isClose(_ tensor: Tensor, _ expected: [Float]) -> Bool {
    let found = tensor.floats()
    return found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }
}
