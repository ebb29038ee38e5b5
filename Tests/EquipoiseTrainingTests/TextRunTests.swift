// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Runs on pictures and texts, from random weights.
@Suite struct TextRunTests {
  private static func tiny(vocabulary: Int = 12) throws -> TinyRun {
    let tiny = try TinyRun([
      "image": ModalityDescription(kind: .image, shape: [1, 6, 6], type: .float32),
      "text": ModalityDescription(
        kind: .text, shape: [9], type: .int32, tokens: TokenDescription(vocabulary: vocabulary)),
    ])
    tiny.configuration.model.encoders = NamedSections([
      "image": .resnet18(width: 1, smallImageStem: true),
      "text": .transformer(width: 8, depth: 4, heads: 2, hidden: 8, dropout: 0.2),
    ])
    (tiny.configuration.training.epochs, tiny.configuration.training.batchSize) = (1, 6)
    tiny.configuration.training.optimiser.learningRate = 0.01
    return tiny
  }

  /// Every method, with the first head that it takes, trains on texts and continues to the bit.
  @Test(arguments: MethodFit.sample(0))
  func everyMethodTrainsAndContinues(method: String) throws {
    let heads = FusionSection.all.map { ($0, false) } + [(FusionSection.sum, true)]
    let isUnimodal = !heads.contains {
      MethodFit.takes(method, modalities: 2, fusion: $0.0, isCoupled: $0.1)
    }
    let head = try #require(
      heads.first {
        MethodFit.takes(
          method, modalities: isUnimodal ? 1 : 2, fusion: $0.0, isCoupled: $0.1)
      })
    let tiny = try Self.tiny()
    tiny.configuration.model.fusion = head.0
    tiny.configuration.model.coupling = head.1 ? .mmtm : .uncoupled
    tiny.configuration.method = try MethodFit.eager(method)
    if isUnimodal {
      tiny.configuration.modalities = ["text"]
      tiny.configuration.model.encoders["image"] = nil
    }
    try expectResumption(of: tiny, after: 2)
  }

  /// A class is told by its tokens alone.
  @Test func learnsWhatWordsMean() throws {
    let tiny = try Self.tiny()
    tiny.configuration.modalities = ["text"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.method = MethodSection(Unimodal.self)
    tiny.configuration.model.encoders["text"] = .transformer(
      width: 8, depth: 2, heads: 2, hidden: 8)
    tiny.configuration.training.epochs = 40
    tiny.configuration.training.optimiser = OptimiserSection(AdamConfiguration())
    tiny.configuration.training.optimiser.learningRate = 0.01
    try tiny.train("run")
    let losses = try tiny.records("run").compactMap { $0["trainLoss"].flatMap { Double($0) } }
    let (first, last) = (try #require(losses.first), try #require(losses.last))
    #expect(losses.count == 40 && last < 0.2 * first, "\(losses)")
  }

  /// Prototypes of a text are vectors of its tokens: the means of those that the class's texts have at the start.
  @Test func prototypesOfTextsAreVectors() throws {
    let tiny = try Self.tiny()
    tiny.configuration.method = try MethodFit.eager("aim")
    try tiny.train("run", maxSteps: 0)
    try tiny.train("run", resume: .auto, maxSteps: 1)
    let steps = try FileManager.default.contentsOfDirectory(
      atPath: tiny.folder.file("run/checkpoints"))
    let file = try SafetensorsFile(
      path: tiny.folder.file("run/checkpoints/" + #require(steps.max())))
    let name = try #require(file.names.first { $0.hasSuffix("means.text") })
    let means = try file.array(name)
    #expect(means.shape == [2, 9, 8])
    // Position 0 is in every text: the mean of its tokens' rows.
    try tiny.train("start", maxSteps: 0)
    let weights = try SafetensorsFile(path: tiny.folder.file("start/weights.safetensors"))
    let table = try weights.array("encoders.text.embedding.weight").floats()
    let samples = try PreparedDataset(folder: tiny.configuration.data).samples(.train)
    var expected = [Float](repeating: 0, count: 8)
    let rows = samples.labels.indices.filter { samples.labels[$0] == 0 }
    for row in rows {
      let token = Int(samples.input(1, ofSample: row).floats()[0])
      for place in 0..<8 { expected[place] += table[8 * token + place] / Float(rows.count) }
    }
    for place in 0..<8 { #expect(abs(means.floats()[place] - expected[place]) < 1e-6) }
  }

  @Test func textsMayBeMissingAndAreNotNoisy() throws {
    let tiny = try Self.tiny()
    var dropout = AugmentationConfiguration()
    dropout.modalityDropout = 0.5
    tiny.configuration.augmentation = NamedSections(["text": dropout])
    tiny.configuration.model.missing = .embedding
    tiny.configuration.evaluation.robustness = true
    try tiny.train("run")
    let result = try JSONSerialization.jsonObject(with: tiny.bytes("run/result.json"))
    let robustness = try #require(
      ((result as? [String: Any])?["test"] as? [String: Any])?["robustness"] as? [String: Any])
    #expect(Set((robustness["missing"] as? [String: Any] ?? [:]).keys) == ["image", "text"])
    #expect(Set((robustness["noise"] as? [String: Any] ?? [:]).keys) == ["image"])
  }

  @Test func anEncoderOfPicturesIsRefusedBeforeTraining() throws {
    let tiny = try Self.tiny()
    tiny.configuration.model.encoders["text"] = .mlp(width: 8, depth: 4)
    #expect(
      message { try tiny.train("run") }?.hasPrefix("model.encoders.text: modality 'text' is text")
        == true)
  }
}
