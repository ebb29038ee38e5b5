// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// `equipoise encoders`, and `inspect` of a network's folder.
struct EncodersCommandTests {
  private struct List: Decodable {
    struct Family: Decodable {
      let name: String
      let kinds: [String]
    }
    struct Network: Decodable {
      let name: String
      let family: String
      let shape: [Int]
      let featureWidth: Int
      let parameters: Int
      let multiplyAdds: Int
      let unused: [String]?
    }
    let families: [Family]
    let networks: [Network]
  }

  private static var bert: String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appending(path: "EquipoisePretrainedTests/Fixtures/bert").path
  }

  private func list(_ arguments: [String]) throws -> List {
    let outcome = try CommandLineTool.run(arguments + ["--format", "json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(List.self, from: Data(outcome.output.utf8))
  }

  /// Parameters as the networks' own libraries count them, less poolers, heads and mask tokens.
  @Test func publishedNetworksHaveTheirPublishedSizes() throws {
    let list = try list(["encoders"])
    #expect(list.families.map(\.name).contains("wav2vec2"))
    let sizes = Dictionary(uniqueKeysWithValues: list.networks.map { ($0.name, $0.parameters) })
    for (name, parameters) in Self.published {
      #expect(sizes[name] == parameters, "\(name)")
    }
    // 197 positions through 12 layers of 768, whose networks are 3072 wide, and 196 patches of 768 numbers.
    let vit = try #require(list.networks.first { $0.name == "google/vit-base-patch16-224" })
    let layer = 197 * (4 * 768 * 768 + 2 * 768 * 3072) + 2 * 197 * 197 * 768
    #expect(vit.multiplyAdds == 12 * layer + 196 * 768 * 768)
  }

  private static let published: [String: Int] = [
    "google-bert/bert-base-uncased": 108_891_648,
    "FacebookAI/roberta-base": 124_055_040,
    "distilbert/distilbert-base-uncased": 66_362_880,
    "sentence-transformers/all-MiniLM-L6-v2": 22_565_376,
    "google/vit-base-patch16-224": 85_798_656,
    "facebook/deit-small-distilled-patch16-224": 21_666_432,
    "facebook/dinov2-base": 86_579_712,
    "openai/clip-vit-base-patch32, vision": 87_456_000,
    "openai/clip-vit-base-patch32, text": 63_165_952,
    "google/siglip-base-patch16-224, vision": 85_797_120,
    "MIT/ast-finetuned-audioset-10-10-0.4593": 86_187_264,
    "facebook/wav2vec2-base": 94_370_944,
    "facebook/hubert-base-ls960": 94_370_944,
    "microsoft/wavlm-base": 94_381_168,
    "MCG-NJU/videomae-base": 86_225_664,
  ]

  @Test(arguments: ["encoders", "inspect"])
  func aFolderIsShown(command: String) throws {
    let found = try #require(try list([command, Self.bert]).networks.first)
    #expect(found.family == "bert" && found.shape == [12] && found.featureWidth == 8)
    // 23 + 12 + 2 vectors of 8, their normalisation, and two layers of 4 (8² + 8) + 2·8·12 + 20 + 4·8.
    #expect(found.parameters == 37 * 8 + 16 + 2 * (4 * 72 + 192 + 20 + 32))
    #expect(found.unused?.contains("classifier.weight") == true)
    let text = try CommandLineTool.run([command, Self.bert])
    #expect(text.output.contains("not used of \(Self.bert): bert.pooler.dense.bias"))
  }

  @Test func foldersThatAreNoneAndShapesAreRefused() throws {
    let outcome = try CommandLineTool.run(["encoders", "/nowhere"])
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains("/nowhere: there is no such folder"))
    #expect(try CommandLineTool.run(["encoders", "--shape", "3,x"]).status != 0)
  }
}
