// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTraining
import Foundation
import Synchronization
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What every method has to keep to, on the tiny run of three epochs of four steps.
enum MethodRuns {
  /// Stopping after any of the steps, by default at the end of an epoch and inside the next one, and continuing gives the
  /// bits of the unbroken run.
  static func expectResume<Method: BalancingMethod>(
    of _: Method.Type, _ configuration: Method.Configuration, after steps: [Int] = [4, 7],
    fusion: FusionSection = .concatenation, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tiny = try run(Method.self, configuration, fusion)
    try tiny.train("whole")
    let whole = try (tiny.bytes("whole/weights.safetensors"), tiny.records("whole"))
    for step in steps {
      let name = "broken-\(step)"
      try tiny.train(name, maxSteps: step)
      try tiny.train(name, resume: .auto)
      #expect(
        try tiny.bytes(name + "/weights.safetensors") == whole.0, "step \(step)",
        sourceLocation: sourceLocation)
      #expect(
        try tiny.records(name) == whole.1, "step \(step)", sourceLocation: sourceLocation)
    }
  }

  /// The settings change nothing: the run's weights are those of joint training.
  static func expectJoint<Method: BalancingMethod>(
    of _: Method.Type, _ configuration: Method.Configuration,
    fusion: FusionSection = .concatenation, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tiny = try run(Method.self, configuration, fusion)
    try tiny.train("method")
    let joint = try joint(fusion)
    #expect(
      try tiny.bytes("method/weights.safetensors") == joint.weights, sourceLocation: sourceLocation)
    #expect(
      try tiny.bytes("method/best.safetensors") == joint.best, sourceLocation: sourceLocation)
  }

  /// The settings do change the weights.
  static func expectEffect<Method: BalancingMethod>(
    of _: Method.Type, _ configuration: Method.Configuration,
    fusion: FusionSection = .concatenation, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tiny = try run(Method.self, configuration, fusion)
    try tiny.train("method")
    #expect(
      try tiny.bytes("method/weights.safetensors") != joint(fusion).weights,
      sourceLocation: sourceLocation)
  }

  /// Joint training of the tiny run, which all methods are compared with, once for each head.
  private static func joint(_ fusion: FusionSection) throws -> (weights: Data, best: Data) {
    let key = String(reflecting: fusion)
    if let known = trained.withLock({ $0[key] }) { return known }
    let tiny = try TinyRun()
    tiny.configuration.model.fusion = fusion
    try tiny.train("joint")
    let files = try (
      tiny.bytes("joint/weights.safetensors"), tiny.bytes("joint/best.safetensors")
    )
    trained.withLock { $0[key] = files }
    return files
  }

  private static let trained = Mutex<[String: (weights: Data, best: Data)]>([:])

  /// The sentence that a model of one modality gets.
  static func refusalOfOneModality<Method: BalancingMethod>(_: Method.Type) throws -> String? {
    let tiny = try run(Method.self, Method.Configuration(), .concatenation)
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    return message { _ = try tiny.run("refused") }
  }

  private static func run<Method: BalancingMethod>(
    _: Method.Type, _ configuration: Method.Configuration, _ fusion: FusionSection
  ) throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.model.fusion = fusion
    tiny.configuration.method = MethodSection(Method.self, configuration)
    return tiny
  }
}
