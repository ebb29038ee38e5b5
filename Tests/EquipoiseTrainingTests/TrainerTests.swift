// SPDX-License-Identifier: Apache-2.0
import EquipoiseMethods
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseSettings

struct TrainerTests {
  @Test func finishesAndLeavesItsFiles() throws {
    let tiny = try TinyRun()
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    #expect(result.steps == 12)
    #expect(result.test?.samples == 6)
    #expect(result.validation.modalities.keys.sorted() == ["image", "vector"])
    let records = try tiny.records("run")
    #expect(records.map { $0["epoch"] } == ["0", "1", "2"])
    #expect(records.allSatisfy { $0["kind"] == "\"epoch\"" })
    for file in ["config.yaml", "environment.json", "result.json", "best.safetensors"] {
      #expect(FileManager.default.fileExists(atPath: tiny.folder.file("run/" + file)), "\(file)")
    }
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: tiny.folder.file("run/checkpoints"))
    #expect(kept.sorted() == ["step-0000000008.safetensors", "step-0000000012.safetensors"])
  }

  /// Every third step of the run, not of the epoch, and every epoch's end.
  @Test func checkpointsComeEveryFewStepsOfTheRun() throws {
    let tiny = try TinyRun()
    tiny.configuration.runtime.checkpointEverySteps = 3
    tiny.configuration.runtime.keepCheckpoints = 20
    try tiny.train("run")
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: tiny.folder.file("run/checkpoints"))
    let steps = kept.compactMap { Int($0.dropFirst("step-".count).prefix(10)) }.sorted()
    #expect(steps == [3, 4, 6, 8, 9, 12])
  }

  /// Stopping after any step and continuing gives the bits of the unbroken run.
  @Test(arguments: [1, 3, 4, 5, 8, 11])
  func resumesBitForBit(after step: Int) throws {
    let tiny = try TinyRun()
    try expectResumption(of: tiny, after: step)
  }

  @Test func sameSeedSameBitsOtherSeedOtherBits() throws {
    let tiny = try TinyRun()
    try tiny.train("a")
    try tiny.train("b")
    tiny.configuration.runtime.seed = 1
    try tiny.train("c")
    #expect(try tiny.bytes("a/weights.safetensors") == tiny.bytes("b/weights.safetensors"))
    #expect(try tiny.bytes("a/weights.safetensors") != tiny.bytes("c/weights.safetensors"))
  }

  @Test func zeroStepsWriteTheInitialState() throws {
    let tiny = try TinyRun()
    try tiny.train("run", maxSteps: 0)
    let file = try TensorFile(path: tiny.folder.file("run/weights.safetensors"))
    let parts = try tiny.run("other").parts
    #expect(Set(file.names) == Set(parts.model.state.map(\.name)))
    for (name, tensor) in parts.model.state {
      #expect(try file.tensor(name).floats() == tensor.floats(), "\(name)")
    }
  }

  @Test func aUnimodalModelStartsLikeTheJointOne() throws {
    let tiny = try TinyRun()
    try tiny.train("joint", maxSteps: 0)
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    try tiny.train("alone", maxSteps: 0)
    let name = "encoders.vector.layers.0.linear.weight"
    let joint = try TensorFile(path: tiny.folder.file("joint/weights.safetensors"))
    let alone = try TensorFile(path: tiny.folder.file("alone/weights.safetensors"))
    #expect(try joint.tensor(name).floats() == alone.tensor(name).floats())
    #expect(alone.names.allSatisfy { !$0.contains("image") })
  }

  @Test func aSignalSavesAndStops() throws {
    let tiny = try TinyRun()
    try tiny.train("whole")
    var asked = 0
    let outcome = try tiny.run("broken").train(stopSignal: {
      asked += 1
      return asked == 6 ? 15 : nil
    })
    guard case .interrupted(15) = outcome else {
      Issue.record("the outcome is \(outcome)")
      return
    }
    try tiny.train("broken", resume: .auto)
    #expect(try tiny.bytes("broken/weights.safetensors") == tiny.bytes("whole/weights.safetensors"))
  }

  @Test func aLossThatIsNotFiniteNamesItsPlace() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.optimiser.learningRate = 1e20
    let text = try #require(message { try tiny.train("run") })
    #expect(text.contains("the loss is not finite at epoch 0, step 1"))
    #expect(text.contains("encoder '"))
    #expect(text.contains("training.optimiser.learningRate"))
  }

  /// 14 samples in batches of 13 leave one; 8×8 images end as a single number per channel.
  @Test func aBatchOfOneIsRefusedWhereItCannotTrain() throws {
    let tiny = try TinyRun()
    tiny.configuration.training.batchSize = 13
    let text = message { try tiny.train("refused") }
    #expect(text?.contains("leave a batch of one") == true, "\(text ?? "no error")")
    tiny.configuration.training.dropLast = true
    try tiny.train("fine", maxSteps: 2)
  }
}
