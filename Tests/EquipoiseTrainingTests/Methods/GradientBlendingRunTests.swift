// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Whole runs with Gradient-Blending.
struct GradientBlendingRunTests {
  private static func fixed(_ weights: [Double]) -> GradientBlending.Configuration {
    var configuration = GradientBlending.Configuration()
    (configuration.estimation, configuration.weights) = (.fixed, weights)
    return configuration
  }

  private func tinyRun(_ change: (inout GradientBlending.Configuration) -> Void) throws -> TinyRun {
    let tiny = try TinyRun()
    var configuration = GradientBlending.Configuration()
    change(&configuration)
    tiny.configuration.method = MethodSection(GradientBlending.self, configuration)
    return tiny
  }

  @Test func theFusedHeadAloneIsJointTraining() throws {
    let tiny = try tinyRun { $0 = Self.fixed([0, 0, 1]) }
    try tiny.train("blended")
    tiny.configuration.method = MethodSection()
    try tiny.train("joint")
    for file in ["weights.safetensors", "best.safetensors"] {
      #expect(try tiny.bytes("blended/" + file) == tiny.bytes("joint/" + file), "\(file)")
    }
  }

  /// Estimating draws nothing from the run's streams.
  @Test func oneWeightForAllIsTheSameHoweverItIsFound() throws {
    let tiny = try tinyRun { $0.estimation = .offline }
    tiny.configuration.training.epochs = 1
    try tiny.train("estimated")
    let weights = try ["image", "vector", "fused"].map { name in
      let record = try #require(try tiny.records("estimated").first?["telemetry"])
      let object = try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Double]
      return try #require(object?["weight.\(name)"])
    }
    #expect(abs(weights.reduce(0, +) - 1) < 1e-6)
    tiny.configuration.method = MethodSection(GradientBlending.self, Self.fixed(weights))
    try tiny.train("fixed")
    #expect(
      try tiny.bytes("estimated/weights.safetensors") == tiny.bytes("fixed/weights.safetensors"))
  }

  /// Within, at and after the borders of super-epochs of 4 and 8 steps.
  @Test(arguments: [2, 4, 6, 8, 9])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun { configuration in
      (configuration.firstSuperEpoch, configuration.superEpoch) = (1, 1)
      (configuration.smoothing, configuration.measure) = (0.5, .error)
    }
    try expectResumption(of: tiny, after: step)
  }

  /// The third trial of the second estimate is interrupted.
  @Test func aSignalDuringAnEstimateLeavesTheStateBefore() throws {
    let tiny = try tinyRun { ($0.firstSuperEpoch, $0.superEpoch) = (1, 1) }
    try tiny.train("whole")
    var epochs = 0
    var asked = 0
    let watch = Watch { event in
      if case .finishedEpoch = event { epochs += 1 }
    }
    let outcome = try tiny.run("broken").train(
      stopSignal: {
        asked += epochs > 0 ? 1 : 0
        return asked == 11 ? 15 : nil
      }, observers: [watch])
    guard case .interrupted(15) = outcome else {
      Issue.record("the outcome is \(outcome)")
      return
    }
    #expect(epochs == 1)
    try tiny.train("broken", resume: .auto)
    #expect(try tiny.bytes("broken/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
    #expect(try tiny.records("broken") == tiny.records("whole"))
  }

  private final class Watch: TrainingObserver {
    private let body: (TrainingEvent) -> Void

    init(_ body: @escaping (TrainingEvent) -> Void) { self.body = body }

    func observe(_ event: TrainingEvent) { body(event) }
  }

  @Test func coupledEncodersAreEstimatedTogether() throws {
    let tiny = try tinyRun { $0.firstSuperEpoch = 1 }
    tiny.configuration.model.coupling = .mmtm
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    try tiny.train("run", maxSteps: 1)
  }

  @Test(arguments: FusionSection.all)
  func anyFusion(_ fusion: FusionSection) throws {
    let tiny = try tinyRun { $0.firstSuperEpoch = 1 }
    tiny.configuration.model.fusion = fusion
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(width: 16)
    try tiny.train("run", maxSteps: 1)
  }

  @Test func oneModalityIsRefused() throws {
    let tiny = try tinyRun { _ in }
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    let text = message { _ = try tiny.run("run") }
    #expect(
      text
        == "method.name: Gradient-Blending balances modalities and needs two or more, and this model "
        + "has only vector; use 'unimodal', or name more modalities")
  }

  @Test func weightsAreOnePerHead() throws {
    let tiny = try tinyRun { $0 = Self.fixed([1, 1]) }
    let text = message { _ = try tiny.run("run") }
    #expect(
      text
        == "method.weights: 2 weights given; 'fixed' takes 3, one each for image, vector and the "
        + "fused head, and the others none; give as many or none")
  }
}
