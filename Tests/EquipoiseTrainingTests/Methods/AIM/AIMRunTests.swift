// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// AIM in whole runs: what it must leave alone, resume, and what its folder holds.
struct AIMRunTests {
  /// A tiny run with encoders of equal depth, dropout included, that modulates from epoch 1.
  static func tiny(_ change: (inout AIMConfiguration) -> Void = { _ in }) throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    var configuration = AIMConfiguration()
    configuration.startEpoch = 1
    configuration.decoupling.latentWidth = 8
    change(&configuration)
    tiny.configuration.method = MethodSection(AIM.self, configuration)
    return tiny
  }

  /// Every variant, with settings that leave something half done between two steps.
  static let variants: [(name: String, change: @Sendable (inout AIMConfiguration) -> Void)] = [
    ("default", { _ in }),
    ("paper-literal", { $0 = .settings(of: .paperLiteral) }),
    ("fast", { $0 = .settings(of: .fast) }),
    ("observe", { $0 = .settings(of: .observe) }),
    ("from the start", { $0.startEpoch = 0 }),
    ("without PAM", { $0.parameterModulation = false }),
    ("without DAM", { $0.depthModulation = false }),
    ("labels", { $0.judge = .classifiers }),
    ("auxiliary only", { $0.originalBlocks = false }),
    ("prototypes now and then", { $0.prototypes.passInterval = 3 }),
    ("some classes", { $0.prototypes.classesPerStep = 1 }),
    (
      "intervals",
      {
        $0.prototypes.interval = 3
        $0.prototypes.steps = 2
        $0.decoupling.interval = 2
        $0.depthsPerStep = 3
      }
    ),
    ("identity decoder", { $0.prototypes.decoder = .identity }),
    ("whole layers", { $0.decoupling.granularity = .layer }),
  ]

  @Test(arguments: 0..<variants.count) func resumesBitForBit(_ variant: Int) throws {
    let tiny = try Self.tiny(Self.variants[variant].change)
    (tiny.configuration.evaluation.shapley, tiny.configuration.evaluation.test) = (false, false)
    try tiny.train("whole")
    // In the middle of epoch 0, before E, or of epoch 1 or 2, after it: each in a third of the variants.
    try tiny.train("broken", maxSteps: [1, 6, 11][variant % 3])
    try tiny.train("broken", resume: .auto)
    for file in ["weights.safetensors", "measurements/epoch-00002.safetensors"]
    where Self.variants[variant].name != "labels" || file.hasPrefix("weights") {
      #expect(try tiny.bytes("broken/\(file)") == tiny.bytes("whole/\(file)"), "\(file)")
    }
    #expect(try tiny.records("broken") == tiny.records("whole"))
  }

  /// With λ = 0 AIM only watches, whatever else is set.
  @Test(arguments: [
    PrototypeTargetKind.live, .frozen,
  ]) func withoutModulationItIsJointTrainingBitForBit(_ targets: PrototypeTargetKind) throws {
    let tiny = try Self.tiny {
      $0.lambda = 0
      $0.prototypes.targets = targets
    }
    try tiny.train("aim")
    tiny.configuration.method = MethodSection()
    try tiny.train("joint")
    for file in ["weights.safetensors", "best.safetensors"] {
      #expect(try tiny.bytes("aim/" + file) == tiny.bytes("joint/" + file), "\(file)")
    }
    let record = try #require(try tiny.records("aim").last)
    #expect(record["telemetry"]?.contains("auxiliaryScore.image.4") == true)
  }

  /// Intervals count the steps of the run: the first and the ninth of twelve, in epochs of four.
  @Test func intervalsGoOnFromEpochToEpoch() throws {
    let tiny = try Self.tiny { $0.prototypes.interval = 8 }
    try tiny.train("run")
    let trained = try tiny.records("run").map { $0["telemetry"]?.contains("judgeLoss") == true }
    #expect(trained == [true, false, true])
  }

  @Test func modulationChangesWhatIsLearned() throws {
    let tiny = try Self.tiny()
    try tiny.train("aim")
    tiny.configuration.method = MethodSection()
    try tiny.train("joint")
    #expect(try tiny.bytes("aim/weights.safetensors") != tiny.bytes("joint/weights.safetensors"))
  }

  @Test func theTelemetryHoldsWhatTheFiguresNeed() throws {
    let tiny = try Self.tiny()
    try tiny.train("run")
    let text = String(decoding: try tiny.bytes("run/metrics.jsonl"), as: UTF8.self)
    let last = try #require(text.split(separator: "\n").last)
    let object =
      try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any] ?? [:]
    let telemetry = object["telemetry"] as? [String: Double] ?? [:]
    for depth in 1...4 {
      #expect((telemetry["discrepancy.\(depth)"] ?? -1) >= 0)
      for modality in ["image", "vector"] {
        for name in ["score", "auxiliaryScore", "goodScore", "mask"] {
          let value = telemetry["\(name).\(modality).\(depth)"] ?? -1
          #expect(value > 0 && value < 1, "\(name).\(modality).\(depth)")
        }
        #expect((telemetry["reconstruction.\(modality).\(depth)"] ?? -1) > 0)
      }
    }
    #expect((object["multiplyAddsPerSample"] as? Int ?? 0) > 0)
    let file = try TensorFile(path: tiny.folder.file("run/measurements/epoch-00002.safetensors"))
    #expect(file.names.count == 8)
    let cosines = try file.tensor("orthogonality.image.4").floats()
    #expect(abs(cosines[0] - 1) < 1e-5 && abs(cosines[1] - cosines[2]) < 1e-6)
  }

  /// Inference is the plain network's: the method's state changes nothing.
  @Test func evaluationNeedsNothingOfAIM() throws {
    let tiny = try Self.tiny()
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    let folder = RunFolder(tiny.folder.file("run"))
    let plain = try RunParts.trained(in: folder) { $0.method = MethodSection() }
    #expect(try plain.evaluate(.test).confusion == result.test?.confusion)
    #expect(try plain.evaluate(.test).loss == result.test?.loss)
  }
}
