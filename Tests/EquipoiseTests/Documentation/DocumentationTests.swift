// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// The catalogue's code is that of this folder's files, which are compiled and run here.
struct DocumentationTests {
  private static var root: URL {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder
  }

  @Test(arguments: [("WriteAMethod", "SoftestModality"), ("BringAnEncoder", "TokenEncoder")])
  func articlesQuoteTheFiles(article: String, file: String) throws {
    let text = try String(
      contentsOf: Self.root.appending(path: "Sources/Equipoise/Equipoise.docc/\(article).md"),
      encoding: .utf8)
    let source = try String(
      contentsOf: Self.root.appending(path: "Tests/EquipoiseTests/Documentation/\(file).swift"),
      encoding: .utf8)
    // The line of the licence stays out of the page.
    let licence = "// SPDX-License-Identifier: Apache-2.0\n"
    #expect(source.hasPrefix(licence))
    let code = String(source.dropFirst(licence.count))
    #expect(text.contains("```swift\n\(code)```\n"))
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 41)
  }

  @Test func theChangelogBeginsWithTheVersion() throws {
    let text = try String(
      contentsOf: Self.root.appending(path: "CHANGELOG.md"), encoding: .utf8)
    let version = text.split(separator: "\n").first { $0.hasPrefix("## ") }
    #expect(version?.hasPrefix("## \(Version.current)") == true)
  }

  @Test func theEncoderFitsAModelAndTheMethodItsLoss() throws {
    let generator = Generator(seed: 1)
    let encoders = ["a", "b"].map { name in
      let encoder = TokenEncoder(channels: 3, width: 4, from: generator)
      return (modality: name, shape: [5, 3], encoder: encoder as any ModalityEncoder)
    }
    let fusion = ConcatFusion([4, 4], classes: 2, from: generator)
    let model = try MultimodalModel(encoders: encoders, fusion: fusion)
    let inputs = encoders.map { _ in Tensor.normal([6, 5, 3], from: generator) }
    let forward = model.forward(inputs, .training())
    #expect(forward.logits.shape == [6, 2])
    let labels = Tensor([0, 1, 0, 1, 0, 1], shape: [6])
    let own = fusion.unimodalLogits(forward.features).map { $0.crossEntropy(labels).item() }
    let setting = MethodSetting(
      model: model, classes: 2, epochs: 1, device: .cpu, seed: 0, samplesPerClass: [3, 3],
      batchSize: 6)
    let method = SoftestModality(SoftestModality.Configuration(), for: setting)
    let context = StepContext(
      epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0,
      batch: Batch(inputs: inputs, labels: labels, indices: Array(0..<6)), mode: .training())
    let wanted = forward.logits.crossEntropy(labels).item() + (own.max() ?? .nan)
    #expect(abs(method.loss(for: forward, in: context).item() - wanted) < 1e-5)
  }
}
