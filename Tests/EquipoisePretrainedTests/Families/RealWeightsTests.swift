// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
@testable import EquipoisePretrained
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

/// A network that others have trained, where EQUIPOISE_MINILM names the folder of one (References/pretrained.py).
struct RealWeightsTests {
  private static let folder = ProcessInfo.processInfo.environment["EQUIPOISE_MINILM"]

  @Test(.enabled(if: folder != nil, "needs EQUIPOISE_MINILM, the folder of a MiniLM"))
  func sentencesHaveTheVectorsOfSentenceTransformers() throws {
    let path = try #require(Self.folder)
    let sentences = try TensorFile(path: path + "/sentences.safetensors")
    let ids = try sentences.tensor("ids")
    let network = try EncoderCatalogue.standard.network(
      of: PretrainedFolder(path),
      for: NetworkRequest(
        input: EncoderInput(modality: "m", shape: [ids.size(1)]), depths: .groups(3),
        pooling: .auto, dropout: nil, place: "m"))
    let lengths = StepLengths(try sentences.tensor("lengths").array(of: Int.self))
    let found = withoutGradient {
      network.encoder.features(RaggedBatch(ids, lengths: lengths), .evaluation)
    }
    let unit = found / (found * found).sum(over: [1], keeping: true).squareRoot()
    let expected = try sentences.tensor("vectors").to(.float64)
    #expect(isClose(unit.to(.float64), expected, tolerance: 1e-5))
    #expect(network.encoder.parameterCount > 22_000_000)
  }
}
