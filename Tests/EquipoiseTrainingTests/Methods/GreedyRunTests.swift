// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// Whole runs with Greedy.
struct GreedyRunTests {
  private func configuration(threshold: Double, duration: Int = 5) -> Greedy.Configuration {
    var configuration = Greedy.Configuration()
    (configuration.threshold, configuration.duration) = (threshold, duration)
    configuration.warmupEpochs = 0
    return configuration
  }

  private func tinyRun() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(Greedy.self, configuration(threshold: 0, duration: 2))
    tiny.configuration.model.fusion = .sum
    tiny.configuration.model.coupling = .mmtm
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    return tiny
  }

  /// At every place of regular, first and second curated step.
  @Test(arguments: [1, 2, 3, 6])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun()
    try expectResumption(of: tiny, after: step)
  }

  @Test func evaluationRunsCoupledEncodersTogether() throws {
    let report = try tinyRun().run("run").parts.evaluate(.test)
    #expect(report.shapley?.accuracies["image+vector"] == report.accuracy)
  }

  @Test func modelsItCannotTrainAreRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.model.fusion = .film
    #expect(
      message { _ = try tiny.run("run") }
        == "model.fusion: Greedy trains a classifier for each modality, which the model's fusion "
        + "(FiLM, 16 modulates 8 → 2) does not have; set model.coupling=mmtm and model.fusion=sum")
    tiny.configuration.model.coupling = .uncoupled
    #expect(
      message { _ = try tiny.run("run") }
        == "model.coupling: Greedy cuts the gates of MMTM modules between two encoders or more, which "
        + "the model does not have; set model.coupling=mmtm and model.fusion=sum")
  }
}
