// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

@Suite struct DatasetSplitsTests {
  @Test func refusesAnEmptySplit() throws {
    let data = try TestDataset()
    let dataset = try PreparedDataset(folder: data.path)
    #expect(
      message { _ = try dataset.nonEmptySamples(.validation) }
        == "\(data.path): split 'validation' is empty; choose from train, test")
    try data.writeDescription(
      replacing: "[{\"file\": \"train-00000.safetensors\", \"count\": 6}]", by: "[]")
    let untrained = try PreparedDataset(folder: data.path)
    #expect(
      message { _ = try untrained.trainingSplits(validationFraction: 0.1, seed: 0) }
        == "\(data.path): split 'train' is empty; choose from test")
  }

  @Test func refusesAClassThatIsAbsentFromTraining() throws {
    let data = try TestDataset()
    try data.writeDescription(replacing: "\"yes\"]", by: "\"yes\", \"maybe\", \"never\"]")
    let dataset = try PreparedDataset(folder: data.path)
    #expect(
      message { _ = try dataset.trainingSplits(validationFraction: 0.1, seed: 0) }
        == "\(data.path): no sample of split 'train' is of class 'maybe', 'never'; "
        + "add samples or leave the class out of dataset.json")
  }

  @Test func keepsAValidationSplitThatIsThere() throws {
    let data = try TestDataset()
    try data.writeDescription(
      replacing: "\"validation\": []",
      by: "\"validation\": [{\"file\": \"v.safetensors\", \"count\": 4}]")
    try data.writeShard("v", TestDataset.tensors(4))
    let splits = try PreparedDataset(folder: data.path)
      .trainingSplits(validationFraction: 0.5, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 6, .validation: 4, .test: 2])
  }

  @Test func carvesTheSameShareOfEachClass() throws {
    // 40 samples of class 0, 10 of class 1 and a single one of class 2.
    let labels = (0..<51).map { $0 == 50 ? 2 : $0 % 5 == 4 ? 1 : 0 }
    let carved = try carve(labels, groups: nil, share: 0.2, seed: 3)
    #expect(carved.validation.classCounts(3) == [8, 2, 0])
    #expect(carved.train.classCounts(3) == [32, 8, 1])
    #expect(Set(carved.ids).count == 51)
    #expect(try carve(labels, groups: nil, share: 0.2, seed: 3).ids == carved.ids)
    #expect(try carve(labels, groups: nil, share: 0.2, seed: 4).ids != carved.ids)
  }

  /// However large the share, a class keeps one sample to train on; however small, it gives one.
  @Test func carvingLeavesAndTakesOneSampleOfAClass() throws {
    let labels = Array(repeating: 0, count: 12) + [1, 1, 2]
    let most = try carve(labels, groups: nil, share: 0.99, seed: 1)
    #expect(most.train.classCounts(3) == [1, 1, 1])
    #expect(most.validation.classCounts(3) == [11, 1, 0])
    let least = try carve(labels, groups: nil, share: 0.01, seed: 1)
    #expect(least.validation.classCounts(3) == [1, 1, 0])
    // 0.375 · 12 = 4.5 is rounded up.
    #expect(try carve(labels, groups: nil, share: 0.375, seed: 1).validation.classCounts(3)[0] == 5)
  }

  @Test func carvesWholeGroupsAndKeepsEveryClass() throws {
    // Ten groups of ten; only group 3 has class 2.
    let groups = (0..<100).map { $0 / 10 }
    let labels = groups.enumerated().map { $1 == 3 && $0 % 10 == 0 ? 2 : $0 % 2 }
    for seed in 0..<20 {
      let carved = try carve(labels, groups: groups, share: 0.2, seed: UInt64(seed))
      let taken = try #require(carved.validation.groups)
      #expect(carved.validation.count == 20)
      #expect(Set(taken).isDisjoint(with: Set(try #require(carved.train.groups))))
      #expect(!taken.contains(3))
    }
  }

  @Test func carvesOneGroupOfFewLargeOnes() throws {
    let groups = (0..<40).map { $0 / 10 }
    let carved = try carve((0..<40).map { $0 % 2 }, groups: groups, share: 0.1, seed: 1)
    #expect(carved.validation.count == 10)
    #expect(Set(try #require(carved.validation.groups)).count == 1)
  }

  @Test func carvesByClassWhenEveryGroupIsNeeded() throws {
    // Each class is one group: taking a group would lose its class.
    let labels = (0..<20).map { $0 / 10 }
    let carved = try carve(labels, groups: labels, share: 0.1, seed: 1)
    #expect(carved.validation.classCounts(2) == [1, 1])
  }

  @Test func refusesToCarveSingleSamples() throws {
    #expect(
      message { _ = try carve([0, 1, 2], groups: nil, share: 0.1, seed: 0) }?.hasSuffix(
        "there is no validation split and the training split is too small to carve one; "
          + "add samples: at least two of some class") == true)
  }

  private struct Carved {
    let train: Samples
    let validation: Samples
    /// Of both, in order.
    var ids: [String] {
      (0..<train.count).map(train.id) + (0..<validation.count).map(validation.id)
    }
  }

  private func carve(
    _ labels: [Int], groups: [Int]?, share: Double, seed: UInt64
  ) throws -> Carved {
    let data = try TestDataset()
    let classes = (labels.max() ?? 0) + 1
    let names = (0..<classes).map { "\"c\($0)\"" }.joined(separator: ", ")
    _ = try data.folder.write(
      """
      {"format": "equipoise-dataset", "version": 1, "name": "t", "classes": [\(names)],
       "modalities": {"x": {"kind": "vector", "shape": [1], "dtype": "uint8"}},
       "splits": {"train": [{"file": "t.safetensors", "count": \(labels.count)}]}}
      """, to: "dataset.json")
    var tensors = [
      "x": HostArray(uint8s: labels.map { _ in 0 }, shape: [labels.count, 1]),
      "label": HostArray(int64s: labels.map(Int64.init), shape: [labels.count]),
      "id": HostArray(int64s: labels.indices.map(Int64.init), shape: [labels.count]),
    ]
    if let groups {
      tensors["group"] = HostArray(int64s: groups.map(Int64.init), shape: [groups.count])
    }
    try data.writeShard("t", tensors)
    let splits = try PreparedDataset(folder: data.path)
      .trainingSplits(validationFraction: share, seed: seed)
    return Carved(
      train: try #require(splits[.train]), validation: try #require(splits[.validation]))
  }
}
