// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseFormats
import EquipoiseKit
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import EquipoiseTraining
import Foundation
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoisePretrained

/// Whole runs on token ids and pictures, with a small BERT and a small ViT from files.
struct PretrainedRunTests {
  /// Methods that balance the two, with the model that each asks for.
  enum Example: String, CaseIterable {
    case joint, aim, greedy
    case aimLiteral = "aim, paper-literal"
    case ogm = "ogm-ge"
    case agm, pmr, mla
    case lateFusion = "late-fusion"

    func apply(to configuration: inout RunConfiguration) {
      switch self {
      case .joint: configuration.method = MethodSection()
      case .aim: configuration.method = MethodSection(AIM.self, AIMConfiguration())
      case .aimLiteral:
        var settings = AIMConfiguration.settings(of: .paperLiteral)
        settings.decoupling.latentWidth = 8
        configuration.method = MethodSection(AIM.self, settings)
      case .greedy:
        var settings = Greedy.Configuration()
        (settings.threshold, settings.duration, settings.warmupEpochs) = (0, 2, 0)
        configuration.method = MethodSection(Greedy.self, settings)
        configuration.model.fusion = .sum
        configuration.model.coupling = .mmtm
      case .ogm: configuration.method = MethodSection(OGMGE.self, .init())
      case .agm:
        configuration.method = MethodSection(AGM.self, .init())
        configuration.model.fusion = .sum
      case .pmr: configuration.method = MethodSection(PMR.self, .init())
      case .mla:
        configuration.method = MethodSection(MLA.self, .init())
        configuration.model.fusion = .shared
      case .lateFusion:
        configuration.method = MethodSection(LateFusion.self, .init())
        configuration.model.fusion = .sum
      }
    }
  }

  private static let bert = """
    {"model_type": "bert", "vocab_size": 19, "hidden_size": 8, "num_attention_heads": 2,
     "intermediate_size": 12, "num_hidden_layers": 2, "max_position_embeddings": 9,
     "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    """
  private static let vit = """
    {"model_type": "vit", "image_size": 8, "patch_size": 4, "num_channels": 3, "hidden_size": 8,
     "num_attention_heads": 2, "intermediate_size": 12, "num_hidden_layers": 3}
    """

  /// A folder with a description and random weights.
  private static func write(_ text: String, shape: [Int], to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    let network = try EncoderCatalogue.standard.network(
      of: PretrainedFolder(folder),
      for: NetworkRequest(
        input: EncoderInput(modality: "m", shape: shape), depths: .groups(2), pooling: .auto,
        dropout: nil, place: "m"), readingWeights: false)
    let generator = Generator(seed: 5)
    try TensorFile.write(
      network.encoder.state.map { name, tensor in
        (name, tensor + Tensor.normal(tensor.shape, from: generator) * 0.3)
      }, to: folder + "/model.safetensors")
  }

  private func tinyRun(_ example: Example, vocabulary: Int = 12) throws -> TinyRun {
    let tiny = try TinyRun([
      "image": ModalityDescription(kind: .image, shape: [3, 8, 8], type: .float32),
      "words": ModalityDescription(
        kind: .text, shape: [6], type: .int32, tokens: TokenDescription(vocabulary: vocabulary)),
    ])
    let (bert, vit) = (tiny.folder.file("bert"), tiny.folder.file("vit"))
    try Self.write(Self.bert, shape: [6], to: bert)
    try Self.write(Self.vit, shape: [3, 8, 8], to: vit)
    tiny.configuration.model.encoders = NamedSections([
      "image": .pretrained(path: vit, depths: .list([1, 2])),
      "words": .pretrained(path: bert, depths: .groups(2), pooling: .mean),
    ])
    example.apply(to: &tiny.configuration)
    return tiny
  }

  /// At steps before and after methods begin to act.
  @Test(arguments: Example.allCases)
  func resumesBitForBit(_ example: Example) throws {
    for step in [2, 7] { try expectResumption(of: try tinyRun(example), after: step) }
  }

  /// The table of tokens is learned too, and prototypes are vectors of its width.
  @Test func prototypesOfTokensAreVectors() throws {
    let tiny = try tinyRun(.aim)
    let run = try tiny.run("run")
    let before = try #require(
      run.parts.model.state.first { $0.name == "encoders.words.embeddings.word_embeddings.weight" }
    )
    .tensor.cloned()
    _ = try run.train()
    let after = try #require(
      run.parts.model.state.first { $0.name == "encoders.words.embeddings.word_embeddings.weight" })
    #expect(!isEqual(after.tensor, before))
    let resources = try #require(run.parts.methodResources)
    // Of two classes, [6, 8] numbers for words and [3, 8, 8] for pictures.
    #expect(resources.parameters >= 2 * (48 + 192))
    #expect(try tiny.records("run").count == 3)
  }

  @Test func tokensThatTheNetworkDoesNotKnowAreRefused() throws {
    let tiny = try tinyRun(.joint, vocabulary: 30)
    let text = try #require(message { _ = try tiny.run("run") })
    #expect(
      text.hasPrefix(
        "model.encoders.words: the tokeniser of 'words' has 30 tokens, and its encoder"))
  }

  /// The weights of a saved run are its own; the folder's are not read again.
  @Test func savedRunsNeedTheDescriptionAlone() throws {
    let tiny = try tinyRun(.joint)
    try tiny.train("run")
    for name in ["bert", "vit"] {
      try FileManager.default.removeItem(atPath: tiny.folder.file(name + "/model.safetensors"))
    }
    let parts = try RunParts.trained(in: RunFolder(tiny.folder.file("run")))
    let weights = try TensorFile(path: tiny.folder.file("run/best.safetensors")).tensors()
    for (name, tensor) in parts.model.state {
      #expect(try isEqual(tensor, #require(weights[name])), "\(name)")
    }
  }
}
