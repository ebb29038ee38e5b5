// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData

/// Folds of a dataset of 24 samples, six speakers and two classes, in three splits.
@Suite struct FoldSplitsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func dataset(grouped: Bool = true) throws -> PreparedDataset {
    let description = DatasetDescription(
      name: "t", classes: ["a", "b"],
      modalities: ["x": ModalityDescription(kind: .vector, shape: [1], type: .float32)])
    let path = folder.file(UUID().uuidString)
    let writer = try DatasetWriter(folder: path, description: description)
    for index in 0..<24 {
      let split: Split = index < 12 ? .train : index < 16 ? .validation : .test
      try writer.append(
        PreparedSample(
          inputs: [HostArray(floats: [Float(index)], shape: [1])], label: index % 2,
          group: grouped ? index / 4 : nil), to: split)
    }
    try writer.finish()
    return try PreparedDataset(folder: path)
  }

  private func splits(
    _ dataset: PreparedDataset, _ options: FoldOptions
  ) throws -> [Split: Samples] {
    try dataset.foldSplits(options, validationFraction: 0.2, seed: 1) { _ in }
  }

  private func numbers(_ samples: Samples?) -> Set<Float> {
    guard let samples else { return [] }
    return Set((0..<samples.count).map { samples.input(0, ofSample: $0).floats()[0] })
  }

  @Test func everySampleIsTestedOnce() throws {
    let data = try dataset()
    #expect(try data.foldCount(FoldOptions(count: 3, fold: 0)) == 3)
    var tested: [Float] = []
    for fold in 0..<3 {
      let splits = try splits(data, FoldOptions(count: 3, fold: fold))
      let parts = Split.allCases.map { numbers(splits[$0]) }
      #expect(parts.reduce(0) { $0 + $1.count } == 24)
      #expect(parts.reduce(Set()) { $0.union($1) }.count == 24)
      #expect(splits[.test]?.split == .test && splits[.validation]?.split == .validation)
      let speakers = Split.allCases.map { Set(splits[$0]?.groups ?? []) }
      #expect(
        speakers[0].isDisjoint(with: speakers[1]) && speakers[0].isDisjoint(with: speakers[2]))
      tested += numbers(splits[.test])
    }
    #expect(tested.count == 24 && Set(tested).count == 24)
  }

  /// The deal does not depend on the seed of a run, so that its seeds share folds.
  @Test func seedsShareFolds() throws {
    let data = try dataset()
    func test(_ seed: UInt64) throws -> Set<Float> {
      numbers(
        try data.foldSplits(
          FoldOptions(count: 3, fold: 1), validationFraction: 0.2, seed: seed
        ) { _ in }[.test])
    }
    #expect(try test(0) == test(9))
  }

  @Test func onlyTheNamedSplitsAreDealt() throws {
    let splits = try splits(dataset(), FoldOptions(count: 2, fold: 0, splits: [.test]))
    #expect(
      Split.allCases.reduce(Set()) { $0.union(numbers(splits[$1])) }
        == Set((16..<24).map(Float.init))
    )
  }

  @Test func eachSpeakerIsLeftOut() throws {
    let data = try dataset()
    #expect(try data.foldCount(FoldOptions(count: nil, fold: 0)) == 6)
    let splits = try splits(data, FoldOptions(count: nil, fold: 4))
    #expect(numbers(splits[.test]) == [16, 17, 18, 19])
  }

  @Test func refusals() throws {
    let (grouped, bare) = (try dataset(), try dataset(grouped: false))
    func refusal(_ data: PreparedDataset, _ options: FoldOptions) -> String {
      message { _ = try splits(data, options) } ?? ""
    }
    #expect(
      refusal(grouped, FoldOptions(count: 7, fold: 0))
        .contains("7 folds are too many for 6 groups, which stay whole"))
    #expect(
      refusal(bare, FoldOptions(count: 25, fold: 0)).contains(
        "25 folds are too many for 24 samples"))
    #expect(
      refusal(bare, FoldOptions(count: nil, fold: 0)).contains("the samples have no groups"))
    #expect(
      refusal(grouped, FoldOptions(count: nil, fold: 6))
        .contains("there is no fold 6: the folds are 0 to 5"))
    #expect(
      refusal(grouped, FoldOptions(count: nil, fold: 0, splits: [.validation]))
        .contains("all samples are of one group"))
  }

  /// A fold without a class is told; training without one is refused.
  @Test func absentClasses() throws {
    let description = DatasetDescription(
      name: "t", classes: ["a", "b"],
      modalities: ["x": ModalityDescription(kind: .vector, shape: [1], type: .float32)])
    let writer = try DatasetWriter(folder: folder.file("lone"), description: description)
    for index in 0..<9 {
      try writer.append(
        PreparedSample(
          inputs: [HostArray(floats: [Float(index)], shape: [1])], label: index == 8 ? 1 : 0,
          group: index / 3), to: .train)
    }
    try writer.finish()
    let data = try PreparedDataset(folder: folder.file("lone"))
    var notes: [String] = []
    _ = try data.foldSplits(
      FoldOptions(count: nil, fold: 0), validationFraction: 0.2, seed: 0
    ) { notes.append($0) }
    #expect(notes.contains("the fold for test has no sample of 'b'"))
    #expect(
      message { _ = try splits(data, FoldOptions(count: nil, fold: 2)) }?
        .contains("no sample of split 'train' is of class 'b'") == true)
  }
}
