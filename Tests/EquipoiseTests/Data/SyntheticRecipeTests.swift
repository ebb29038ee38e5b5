import Formats
import Foundation
import Testing
import Torch

@testable import Equipoise

@Suite struct SyntheticRecipeTests {
  @Test func smallSetTrainsThroughTheLoader() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/synthetic"
    try DatasetRecipes.prepare(
      "synthetic", input: nil, output: path,
      sets: ["train=24", "validation=6", "test=12", "motion=true"])
    let dataset = try PreparedDataset(folder: path)
    #expect(dataset.modalities.map(\.name) == ["audio", "motion", "visual"])
    let splits = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 24, .validation: 6, .test: 12])
    let train = try #require(splits[.train])
    let loader = try Loader(train, LoaderOptions(batchSize: 10, shuffle: true))
    let normalizer = InputNormalizer(dataset.modalities, device: .cpu)
    let stream = loader.batches(epoch: 0)
    var seen: [Int] = []
    while let batch = try stream.next() {
      let device = normalizer(batch)
      #expect(
        device.inputs.map(\.shape) == [
          [batch.indices.count, 1, 32, 32],
          [batch.indices.count, 48, 3], [batch.indices.count, 1, 32, 32],
        ])
      seen += batch.indices
    }
    #expect(seen.sorted() == Array(0..<24))
  }
}
