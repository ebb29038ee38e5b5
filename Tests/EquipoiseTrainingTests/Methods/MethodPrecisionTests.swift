// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTraining
import Testing

@testable import EquipoiseModels

/// Every method trains in bfloat16 and with channels innermost too: of a linear head and of one that
/// multiplies, where it takes those.
struct MethodPrecisionTests {
  private static let names = MethodFit.sample(1).filter { $0 != "unimodal" }

  @Test(arguments: names) func trainsInHalfPrecision(name: String) throws {
    let isCoupled = name == "greedy"
    let taken = [
      FusionSection.concatenation, .gated, .sum, .shared, .cosine(),
      FusionSection(BoostedFusion.Configuration()),
    ].filter {
      MethodFit.takes(name, modalities: 2, fusion: $0, isCoupled: isCoupled)
    }
    for fusion in taken.prefix(2) { try train(name, fusion, isCoupled: isCoupled) }
  }

  private func train(_ name: String, _ fusion: FusionSection, isCoupled: Bool) throws {
    let tiny = try TinyRun()
    tiny.configuration.method = try MethodFit.eager(name)
    tiny.configuration.model.fusion = fusion
    tiny.configuration.model.coupling = isCoupled ? .mmtm : .uncoupled
    // As deep and wide as the other encoder.
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(width: 16, depth: 4)
    tiny.configuration.training.precision = .bf16
    tiny.configuration.training.channelsLast = true
    tiny.configuration.training.epochs = 2
    tiny.configuration.training.optimiser.learningRate = 0.01
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run with \(fusion) did not finish")
      return
    }
    #expect(result.steps == 8)
  }
}
