// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct LateFusionTests {
  // MARK: Equations

  @Test func averages() {
    let logits = [Tensor([0.0, 0, 0], shape: [1, 3]), Tensor([0, 1000.0, 0], shape: [1, 3])]
    let probabilities = LateFusion.meanOfProbabilities(logits).softmax(1).array(of: Double.self)
    #expect(zip(probabilities, [1.0 / 6, 4.0 / 6, 1.0 / 6]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(LateFusion.meanOfLogits(logits).array(of: Double.self) == [0, 500, 0])
  }

  @Test func theOrderOfModalitiesDoesNotMatter() {
    let generator = Generator(seed: 6)
    let logits = (0..<2).map { _ in Tensor.normal([4, 3], dtype: .float64, from: generator) }
    for average in [LateFusion.meanOfProbabilities, LateFusion.meanOfLogits] {
      let swapped = average(logits.reversed()).array(of: Double.self)
      #expect(average(logits).array(of: Double.self) == swapped)
    }
  }

  // MARK: Steps

  @Test func stepsAreThoseOfSeparateModels() throws {
    let golden = try StepGolden("late_fusion_steps", "three", modalities: 3, fusion: .sum)
    var configuration = LateFusion.Configuration()
    let method = try LateFusion(configuration, for: golden.setting)
    let engine = try golden.engine(training: method)
    try golden.check(method, StandardStep(method, engine: engine).run)
    let inputs = try golden.context(StepGolden.steps - 1).batch.inputs
    let features = golden.model.features(inputs, .evaluation)
    try golden.expect(
      try method.fusedLogits(of: features, with: golden.model), is: "probabilities")
    configuration.average = .logits
    let other = try LateFusion(configuration, for: golden.setting)
    try golden.expect(try other.fusedLogits(of: features, with: golden.model), is: "logits")
  }

  // MARK: Runs

  private func tinyRun() throws -> TinyRun {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(LateFusion.self, LateFusion.Configuration())
    tiny.configuration.model.fusion = .sum
    return tiny
  }

  /// The first modality's classifier starts like that of its unimodal model.
  @Test func eachModalityLearnsAsItDoesAlone() throws {
    let tiny = try tinyRun()
    try tiny.train("together")
    tiny.configuration.method = MethodSection(Unimodal.self)
    tiny.configuration.modalities = ["image"]
    tiny.configuration.model.encoders["vector"] = nil
    try tiny.train("alone")
    let together = try TensorFile(path: tiny.folder.file("together/weights.safetensors"))
    let alone = try TensorFile(path: tiny.folder.file("alone/weights.safetensors"))
    for name in alone.names {
      let own = name.replacing("fusion.fc_out.", with: "fusion.fc.image.")
      #expect(try together.tensor(own).floats() == alone.tensor(name).floats(), "\(name)")
    }
  }

  @Test(arguments: [2, 5])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try tinyRun()
    try expectResumption(of: tiny, after: step)
  }

  @Test func modalitiesThatMeetAreRefused() throws {
    let tiny = try tinyRun()
    tiny.configuration.model.fusion = .concatenation
    #expect(
      message { _ = try tiny.run("run") }
        == "model.fusion: late fusion trains a classifier for each modality, which the model's "
        + "fusion (concat, 24 → 2) does not have; set model.fusion=sum")
    tiny.configuration.model.fusion = .sum
    tiny.configuration.model.coupling = .mmtm
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 4)
    #expect(
      message { _ = try tiny.run("run") }
        == "model.coupling: late fusion trains each encoder alone, and MMTM modules join them; "
        + "set model.coupling=none")
  }
}
