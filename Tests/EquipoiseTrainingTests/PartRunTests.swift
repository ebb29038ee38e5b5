// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Runs whose parts are trained in their own ways.
struct PartRunTests {
  private func part(_ change: (inout PartConfiguration) -> Void) -> PartConfiguration {
    var part = PartConfiguration()
    change(&part)
    return part
  }

  private func tinyRun() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.training.parts["encoders.image"] = part {
      ($0.frozen, $0.unfreezeAtEpoch) = (true, 2)
    }
    tiny.configuration.training.parts["head"] = part { $0.learningRateFactor = 2 }
    return tiny
  }

  private func weights(_ tiny: TinyRun, _ file: String) throws -> [String: [Double]] {
    let file = try TensorFile(path: tiny.folder.file(file))
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { $0.hasPrefix("encoders.image.") }
        .map { ($0, try file.tensor($0).array(of: Double.self)) })
  }

  /// Frozen until epoch 2, from step 8 on.
  @Test func aPartIsTrainedFromItsEpochOn() throws {
    let tiny = try tinyRun()
    for steps in [0, 8, 9] { try tiny.train("\(steps)", maxSteps: steps) }
    let start = try weights(tiny, "0/weights.safetensors")
    #expect(try weights(tiny, "8/weights.safetensors") == start)
    let after = try weights(tiny, "9/weights.safetensors")
    #expect(start.keys.filter { after[$0] != start[$0] }.count > start.count / 2)
  }

  /// Within the frozen epochs, at their end and after it.
  @Test(arguments: [3, 8, 10]) func continuesBitForBit(_ step: Int) throws {
    try expectResumption(of: try tinyRun(), after: step)
  }

  @Test func sparedNormsChangeTheRun() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.optimiser = .sgd(learningRate: 0.05, weightDecay: 0.1)
    try tiny.train("all")
    tiny.configuration.training.decaysNormsAndBiases = false
    try tiny.train("weights")
    #expect(try tiny.bytes("all/weights.safetensors") != tiny.bytes("weights/weights.safetensors"))
    try expectResumption(of: tiny, after: 5)
  }

  @Test func unknownPartsAreRefused() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.parts["encoders.imag"] = part { $0.frozen = true }
    let text = message { _ = try tiny.run("run") }
    #expect(text?.contains("did you mean 'encoders.image'") == true, "\(text ?? "accepted")")
  }
}
