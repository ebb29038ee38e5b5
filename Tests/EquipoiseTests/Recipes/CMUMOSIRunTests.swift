// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseTestSupport
import Foundation
import Testing

/// A dataset of three modalities of series, from its source to a trained run.
struct CMUMOSIRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func trains() throws {
    let dataset = folder.file("set")
    try RecipeCatalogue.standard.prepare("cmu-mosi", input: Self.source, output: dataset)
    var configuration = RunConfiguration()
    configuration.data = dataset
    configuration.training.epochs = 2
    configuration.training.batchSize = 2
    configuration.runtime.device = "cpu"
    configuration.runtime.threads = 1
    configuration.runtime.loaders = 1
    let encoder = EncoderSection.transformer(width: 8, depth: 1, heads: 2)
    configuration.model.encoders = NamedSections(
      ["audio": encoder, "text": encoder, "video": encoder])
    let run = try TrainingRun(
      configuration, in: RunFolder(folder.file("run")), resume: .never, warn: { _ in })
    _ = try run.train()
    #expect(FileManager.default.fileExists(atPath: folder.file("run") + "/result.json"))
  }

  private static var source: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../EquipoiseRecipesTests/Goldens/cmu_mosi").standardizedFileURL.path
  }
}
