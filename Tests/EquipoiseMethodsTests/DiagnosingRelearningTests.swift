// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods

struct DiagnosingRelearningTests {
  // MARK: Equations, with numbers calculated by hand

  @Test func columnsAreStretched() {
    let features = Tensor([0, 10, 7, 2, 30, 7, 4, 20, 7] as [Float], shape: [3, 3])
    let scaled = DiagnosingRelearning.scaled(features)
    #expect(scaled.floats() == [-1, -1, -1, 0, 1, -1, 1, 0, -1])
  }

  @Test func strengthOfGaps() {
    let expected = [
      (0, 0), (0.05, 0.148885), (0.1, 0.291313), (0.2, 0.537050), (0.3, 0.716298),
      (0.5, 0.905148),
    ]
    for (gap, strength) in expected {
      #expect(abs(DiagnosingRelearning.strength(of: gap, lambda: 3) - strength) < 1e-6)
    }
    #expect(DiagnosingRelearning.gap(training: 0.5, validation: 0.75) == 0.25)
  }

  @Test func blendOfWeights() {
    let strength = DiagnosingRelearning.strength(of: 0.2, lambda: 3)
    let blended = DiagnosingRelearning.blended(Tensor(3.0), with: Tensor(1.0), strength: strength)
    #expect(abs(blended.item() - 1.925901) < 1e-6)
    let start = DiagnosingRelearning.blended(Tensor(3.0), with: Tensor(1.0), strength: 1)
    #expect(start.item() == 1)
  }

  @Test func diagnosesAfterEpochs20And40And60() {
    let due = (0..<200).filter { DiagnosingRelearning.isDue(at: $0, period: 20, limit: 3) }
    #expect(due == [21, 41, 61])
  }

  // MARK: Steps

  @Test func stepsAndADiagnosisAreTheReferences() throws {
    let golden = try StepGolden("relearning_steps", "joint", fusion: .concatenation)
    var configuration = DiagnosingRelearning.Configuration()
    configuration.period = 1
    let method = DiagnosingRelearning(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    let step = StandardStep(method, engine: engine)
    try golden.check(method) { context in
      let report = try step.run(context)
      if context.globalStep == 3 { try method.beginEpoch(2, with: engine) }
      return report
    }
    try golden.expect(Tensor(method.strengths), is: "strengths")
  }

  @Test func onlyParametersOfEncodersMove() throws {
    let golden = try StepGolden("relearning_steps", "joint", fusion: .concatenation)
    var configuration = DiagnosingRelearning.Configuration()
    configuration.period = 1
    let method = DiagnosingRelearning(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    _ = try StandardStep(method, engine: engine).run(try golden.context(0))
    let model = golden.model
    let learned = Set(model.namedParameters.map(\.name).filter { $0.hasPrefix("encoders.") })
    let before = model.state.map { $0.tensor.cloned() }
    let momentum = engine.optimizer.state.map { $0.tensor.cloned() }
    try method.beginEpoch(2, with: engine)
    #expect(method.strengths.allSatisfy { $0 > 0 })
    for (old, new) in zip(before, model.state) where !learned.contains(new.name) {
      #expect(old.array(of: Double.self) == new.tensor.array(of: Double.self), "\(new.name)")
    }
    for (old, new) in zip(momentum, engine.optimizer.state) {
      #expect(old.array(of: Double.self) == new.tensor.array(of: Double.self), "\(new.name)")
    }
  }

  /// Two samples cannot form the clusters of three classes.
  @Test func tooFewSamplesAreNotDiagnosed() throws {
    let golden = try StepGolden("relearning_steps", "joint", fusion: .concatenation)
    var configuration = DiagnosingRelearning.Configuration()
    configuration.period = 1
    let method = DiagnosingRelearning(configuration, for: golden.setting)
    let whole = try golden.context(3).batch
    let batch = Batch(
      inputs: whole.inputs.map { $0.slice(0..<2) }, labels: whole.labels.slice(0..<2),
      indices: [0, 1])
    let engine = try golden.engine(training: method, validation: batch)
    let before = golden.model.state.map { $0.tensor.cloned() }
    try method.beginEpoch(2, with: engine)
    #expect(method.strengths == [0, 0])
    for (old, new) in zip(before, golden.model.state) {
      #expect(old.array(of: Double.self) == new.tensor.array(of: Double.self), "\(new.name)")
    }
  }

  @Test func featuresThatAreNotFiniteEndTheRun() throws {
    let golden = try StepGolden("relearning_steps", "joint", fusion: .concatenation)
    var configuration = DiagnosingRelearning.Configuration()
    configuration.period = 1
    let method = DiagnosingRelearning(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    for parameter in golden.model.encoders["text"]?.parameters ?? [] {
      parameter.assign(parameter.leaf.detached() * .nan)
    }
    let text = message { try method.beginEpoch(2, with: engine) }
    #expect(text?.contains("the features of modality 'text' are not finite") == true)
  }
}
