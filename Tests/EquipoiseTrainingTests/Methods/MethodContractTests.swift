// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What holds for every method, with one to three modalities and every head: it trains and resumes
/// in the middle of an epoch to the bit, or refuses the model with a reason.
struct MethodContractTests {
  /// A head, and whether MMTM modules join the encoders.
  private struct Head: CustomStringConvertible {
    let fusion: FusionSection
    let isCoupled: Bool

    static let all =
      FusionSection.all.map { Head(fusion: $0, isCoupled: false) }
      + [Head(fusion: .sum, isCoupled: true)]

    var description: String { isCoupled ? "\(fusion.name) with MMTM" : fusion.name }
  }

  @Test(arguments: MethodFit.names, 1...3)
  func resumesOrRefuses(method: String, modalities: Int) throws {
    let index = try #require(MethodFit.names.firstIndex(of: method))
    // Of one modality the head is the same, whatever it is called.
    for (place, head) in (modalities == 1 ? Array(Head.all.prefix(1)) : Head.all).enumerated() {
      let isTaken = MethodFit.takes(
        method, modalities: modalities, fusion: head.fusion, isCoupled: head.isCoupled)
      // A method that takes a head takes it with two and with three modalities: it trains with one number of
      // them, and half of the methods train with each.
      let isOfOther = modalities > 1 && (index + place + modalities) % 2 == 0
      if isTaken && isOfOther
        && MethodFit.takes(
          method, modalities: 5 - modalities, fusion: head.fusion, isCoupled: head.isCoupled)
      {
        continue
      }
      let tiny = try Self.tiny(method, modalities, head)
      try isTaken ? Self.expectResume(tiny, head) : Self.expectRefusal(tiny, head)
    }
  }

  /// A frozen encoder, with its statistics, keeps every bit, and what is left is trained.
  @Test(arguments: MethodFit.names) func frozenPartsStay(method: String) throws {
    let index = try #require(MethodFit.names.firstIndex(of: method))
    // A third of the methods with each number of modalities, and those that refuse it with another.
    for modalities in (0..<3).map({ 1 + (index + $0) % 3 }) {
      let fitting = Head.all.first { head in
        MethodFit.takes(
          method, modalities: modalities, fusion: head.fusion, isCoupled: head.isCoupled)
      }
      guard let head = fitting else { continue }
      let tiny = try Self.tiny(method, modalities, head)
      let frozen = tiny.configuration.model.encoders.names[0]
      tiny.configuration.training.epochs = 3
      tiny.configuration.training.parts["encoders.\(frozen)"] = Self.frozen
      (tiny.configuration.evaluation.shapley, tiny.configuration.evaluation.test) = (false, false)
      try tiny.train("initial", maxSteps: 0)
      try tiny.train("run")
      let (before, after) = try (weights(of: tiny, "initial"), weights(of: tiny, "run"))
      var changed = 0
      for (name, bytes) in before {
        let isSame = after[name] == bytes
        if name.hasPrefix("encoders.\(frozen).") {
          #expect(isSame, "\(modalities) modalities, \(head): \(name)")
        } else if !isSame {
          changed += 1
        }
      }
      return #expect(changed > 0, "\(modalities) modalities, \(head)")
    }
    Issue.record("\(method) takes no number of modalities")
  }

  private static var frozen: PartConfiguration {
    var part = PartConfiguration()
    part.frozen = true
    return part
  }

  private func weights(of tiny: TinyRun, _ run: String) throws -> [String: [Double]] {
    let file = try TensorFile(path: tiny.folder.file(run + "/weights.safetensors"))
    return try Dictionary(
      uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0).array(of: Double.self)) })
  }

  private static func expectRefusal(_ tiny: TinyRun, _ head: Head) throws {
    let refusal = #expect(throws: EquipoiseError.self, "\(head)") { _ = try tiny.run("run") }
    #expect(refusal?.kind == .configuration, "\(head)")
    #expect(refusal?.what.isEmpty == false && refusal?.place != nil && refusal?.remedy != nil)
  }

  /// A run that lost what it saved at its end, as if killed in the last step, ends as it did.
  private static func expectResume(_ tiny: TinyRun, _ head: Head) throws {
    tiny.configuration.runtime.checkpointEverySteps = 2
    (tiny.configuration.evaluation.shapley, tiny.configuration.evaluation.test) = (false, false)
    try tiny.train("run")
    let whole = try (tiny.bytes("run/weights.safetensors"), tiny.records("run"))
    for file in ["checkpoints/step-0000000003.safetensors", "weights.safetensors"] {
      try FileManager.default.removeItem(atPath: tiny.folder.file("run/" + file))
    }
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: tiny.folder.file("run/checkpoints"))
    #expect(kept == ["step-0000000002.safetensors"], "\(head)")
    try tiny.train("run", resume: .auto)
    #expect(try tiny.bytes("run/weights.safetensors") == whole.0, "\(head)")
    #expect(try tiny.records("run") == whole.1, "\(head)")
  }

  /// One epoch; all encoders have four blocks and features of one width. Two modalities are a
  /// residual network and a transformer, three have small encoders of the other types.
  private static func tiny(_ method: String, _ modalities: Int, _ head: Head) throws -> TinyRun {
    let image = ModalityDescription(kind: .image, shape: [1, 6, 6], type: .float32)
    let text = ModalityDescription(kind: .sequence, shape: [16, 3], type: .float32)
    let pose = ModalityDescription(kind: .vector, shape: [5], type: .float32)
    let tiny = try TinyRun(
      [
        ["image": image], ["image": image, "text": text],
        ["pose": pose, "text": text, "view": pose],
      ][modalities - 1])
    tiny.configuration.model.encoders = NamedSections(
      [
        ["image": residual], ["image": residual, "text": transformer],
        ["pose": perceptron, "text": convolution, "view": perceptron],
      ][modalities - 1])
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (1, 6)
    tiny.configuration.training.optimiser.learningRate = 0.01
    tiny.configuration.model.fusion = head.fusion
    tiny.configuration.model.coupling = head.isCoupled ? .mmtm : .uncoupled
    tiny.configuration.method = try MethodFit.eager(method)
    return tiny
  }

  private static let residual = EncoderSection.resnet18(width: 1, smallImageStem: true)
  private static let transformer = EncoderSection.transformer(
    width: 8, depth: 4, heads: 2, hidden: 8, dropout: 0.2)
  private static let perceptron = EncoderSection.mlp(width: 8, depth: 4, dropout: 0.2)
  private static let convolution = EncoderSection.conv1d(width: 8, depth: 4)
}
