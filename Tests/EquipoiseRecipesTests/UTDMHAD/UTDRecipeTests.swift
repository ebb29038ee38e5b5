// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseRecipes

/// On Goldens/utd_mhad, which References/data.py has written: actions 1 and 27 of subjects 1, 2 and
/// 7, laid out as the real data, in small.
@Suite struct UTDRecipeTests {
  @Test func preparesEveryModality() throws {
    let folder = try TemporaryFolder()
    let dataset = try prepare(
      folder, ["modalities=[skeleton, depth, flow, inertial]", "frames=2"])
    #expect(dataset.modalities.map(\.name) == ["depth", "flow", "inertial", "skeleton"])
    #expect(
      dataset.modalities.map(\.description.shape) == [
        [2, 1, 8, 8], [2, 2, 8, 8], [16, 6], [8, 60],
      ])
    #expect(
      dataset.modalities.map(\.description.type) == [.uint8, .int8, .float32, .float32])
    #expect(dataset.modalities.map(\.description.flow) == [false, true, false, false])
    #expect(dataset.description.classes[26] == "squat")
    let splits = try dataset.trainingSplitsUnchecked()
    #expect(splits.mapValues(\.count) == [.train: 2, .validation: 2, .test: 2])
    #expect(splits[.validation]?.groups == [7, 7])
    #expect(splits[.test]?.groups == [2, 2])
    let train = try #require(splits[.train])
    #expect(train.labels == [0, 26])
    #expect(train.id(of: 1) == "a27_s1_t1")
  }

  @Test func numbersAreThoseOfTheSource() throws {
    let folder = try TemporaryFolder()
    let dataset = try prepare(folder, ["modalities=[depth, flow, inertial, skeleton]", "frames=2"])
    let train = try dataset.samples(.train)
    let stream = try Loader(train, LoaderOptions(batchSize: 1)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    // Frame f of the depth video is a plane of 1600 + 160·f millimetres; of its 4 frames, 1 and 3.
    let depth = batch.inputs[0].floats()
    #expect(depth[0] == 110 && depth[63] == 110 && depth[64] == 130)
    // Flow: 4·f across and −4·f down; of 8 frames, 2 and 6.
    let flow = batch.inputs[1].floats()
    #expect([flow[0], flow[64], flow[128], flow[192]] == [8, -8, 24, -24])
    // Inertial: step t of 32 is (t, 2t, …), averaged in pairs.
    #expect(Array(batch.inputs[2].floats().prefix(8)) == [0.5, 1, 1.5, 2, 2.5, 3, 2.5, 5])
    // Skeleton: joint j lies at (j, 2j, 3j), the hip centre is joint 3.
    let skeleton = batch.inputs[3].floats()
    #expect(Array(skeleton.prefix(12)) == [-3, -6, -9, -2, -4, -6, -1, -2, -3, 0, 0, 0])
  }

  @Test func seriesCanBePaddedAndLeftWhereTheyAre() throws {
    let folder = try TemporaryFolder()
    let dataset = try prepare(
      folder, ["modalities=[inertial, skeleton]", "fit=pad", "centred=false", "inertialLength=40"])
    let train = try dataset.samples(.train)
    let stream = try Loader(train, LoaderOptions(batchSize: 1)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    let inertial = batch.inputs[0].floats()
    #expect(Array(inertial[186..<198]) == [31, 62, 93, 124, 155, 186, 0, 0, 0, 0, 0, 0])
    #expect(Array(batch.inputs[1].floats().prefix(6)) == [0, 0, 0, 1, 2, 3])
  }

  @Test func paddedSeriesHaveLengths() throws {
    let folder = try TemporaryFolder()
    let dataset = try prepare(
      folder,
      [
        "modalities=[depth, inertial, skeleton]", "fit=pad", "inertialLength=40", "lengths=true",
      ])
    let train = try dataset.samples(.train)
    // 32 steps of the inertial series; depth has as many frames of every clip.
    #expect(train.lengths[0] == nil && train.lengths[1]?.first == 32)
    #expect(train.lengths[2]?.allSatisfy { (1...64).contains($0) } == true)
    #expect(
      message { _ = try prepare(folder, ["lengths=true"]) }?.contains("fit: pad") == true)
  }

  @Test func validationSubjectsCanBeChosen() throws {
    let folder = try TemporaryFolder()
    let none = try prepare(folder, ["modalities=[inertial]", "validationSubjects=[]"])
    let splits = try none.trainingSplitsUnchecked()
    #expect(splits.mapValues(\.count) == [.train: 4, .validation: 0, .test: 2])
    #expect(
      message { _ = try prepare(folder, ["validationSubjects=[2]"]) }
        == "validationSubjects: subject 2 is not one of the training subjects; choose from 1, 7")
  }

  private func prepare(_ folder: TemporaryFolder, _ sets: [String]) throws -> PreparedDataset {
    let source = try #require(
      Bundle.module.url(forResource: "Goldens/utd_mhad", withExtension: nil))
    let output = folder.file(UUID().uuidString)
    try RecipeCatalogue.standard.prepare(
      "utd-mhad", input: source.path, output: output,
      sets: ["size=8", "inertialLength=16", "skeletonLength=8"] + sets)
    return try PreparedDataset(folder: output)
  }
}

extension PreparedDataset {
  /// The splits of a small excerpt, which lacks most classes.
  fileprivate func trainingSplitsUnchecked() throws -> [Split: Samples] {
    Dictionary(uniqueKeysWithValues: try Split.allCases.map { ($0, try samples($0)) })
  }
}
