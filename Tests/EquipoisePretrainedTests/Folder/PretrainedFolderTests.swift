// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseModels
@testable import EquipoisePretrained
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

/// Folders that are not as they should be, and weights in parts.
struct PretrainedFolderTests {
  private let folder: TemporaryFolder
  private let golden: PretrainedGolden

  init() throws {
    folder = try TemporaryFolder()
    golden = try PretrainedGolden("bert")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file(name)))
  }

  private func copy(_ name: String) throws {
    try FileManager.default.copyItem(
      atPath: golden.path + "/" + name, toPath: folder.file(name))
  }

  private func message(_ shape: [Int] = [7], depths: BlockDepths = .groups(2)) -> String {
    do {
      let found = try EncoderCatalogue.standard.network(
        of: PretrainedFolder(folder.path),
        for: NetworkRequest(
          input: EncoderInput(modality: "m", shape: shape), depths: depths, pooling: .auto,
          dropout: nil, place: "model.encoders.m"))
      try found.encoder.validate(shape: shape, of: "m")
      return "made"
    } catch { return "\(error)".replacing(folder.path, with: "DIR") }
  }

  @Test func unknownNetworksAreNamedWithTheList() throws {
    try write("config.json", #"{"model_type": "mamba"}"#)
    let known = EncoderCatalogue.standard.families.flatMap { $0.kinds }
    let found = message()
    #expect(
      found.hasPrefix("DIR/config.json: 'mamba' is not a network that can be read; use one of "))
    #expect(known.allSatisfy { found.contains($0) })
    try write("config.json", "[]")
    #expect(
      message()
        == "DIR/config.json: the description of the model is not a JSON object; copy the model's folder again"
    )
  }

  @Test func picklesAreRefusedWithHowToConvertThem() throws {
    try copy("config.json")
    #expect(
      message()
        == "DIR: the folder has neither model.safetensors nor model.safetensors.index.json; copy the model's weights "
        + "into it")
    try write("pytorch_model.bin", "x")
    let found = message()
    #expect(found.contains("the weights are a pickle (pytorch_model.bin)"))
    #expect(found.contains("safetensors.torch.save_file"))
  }

  @Test func weightsInPartsAreReadByTheirList() throws {
    try copy("config.json")
    let all = try TensorFile(path: golden.path + "/model.safetensors").tensors()
    let names = all.keys.sorted()
    var map: [String: String] = [:]
    for (index, part) in [names.prefix(9), names.dropFirst(9)].enumerated() {
      let file = "model-0000\(index + 1)-of-00002.safetensors"
      try TensorFile.write(
        part.compactMap { name in all[name].map { (name, $0) } }, to: folder.file(file))
      for name in part { map[name] = file }
    }
    let list = try JSONEncoder().encode(["weight_map": map])
    try list.write(to: URL(fileURLWithPath: folder.file("model.safetensors.index.json")))
    let parts = try PretrainedFolder(folder.path).tensors()
    #expect(parts.keys.sorted() == names)
    #expect(names.allSatisfy { name in parts[name].map { isEqual($0, all[name] ?? $0) } ?? false })
    map[names[0]] = "../other.safetensors"
    try JSONEncoder().encode(["weight_map": map])
      .write(to: URL(fileURLWithPath: folder.file("model.safetensors.index.json")))
    #expect(message().contains("names '../other.safetensors', which is no file of the folder"))
  }

  @Test func missingNamesAreAllNamed() throws {
    try copy("config.json")
    var tensors = try TensorFile(path: golden.path + "/model.safetensors").tensors()
    tensors["bert.embeddings.LayerNorm.weight"] = nil
    tensors["other.weight"] = .zeros([2])
    try TensorFile.write(
      tensors.map { ($0.key, $0.value) }, to: folder.file("model.safetensors"))
    let found = message()
    #expect(found.contains("missing: embeddings.LayerNorm.weight"))
    #expect(found.contains("not used: bert.pooler.dense.bias"))
    #expect(found.contains("other.weight"))
  }

  @Test func oldNamesOfNormalisationAreKnown() {
    #expect(
      BERT.parameterName("bert.embeddings.LayerNorm.gamma") == "embeddings.LayerNorm.weight")
    #expect(BERT.parameterName("bert.embeddings.LayerNorm.beta") == "embeddings.LayerNorm.bias")
    #expect(
      Wav2Vec2.parameterName("wav2vec2.encoder.pos_conv_embed.conv.weight_g")
        == "encoder.pos_conv_embed.conv.parametrizations.weight.original0")
  }

  @Test func samplesThatDoNotFitAreRefused() throws {
    try copy("config.json")
    try copy("model.safetensors")
    #expect(message() == "made")
    #expect(
      message([13])
        == "model.encoders.m: modality 'm' has up to 13 tokens, and the network has 12 places; prepare it with at most "
        + "12 tokens")
    #expect(message([7, 3]).contains("the network takes token ids [L]"))
    #expect(message(depths: .groups(3)).contains("has 2 layers, of which 3 groups cannot be made"))
  }
}
