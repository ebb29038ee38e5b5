// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseRecipes

@Suite struct SyntheticRecipeTests {
  @Test func makesWhatItIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let dataset = try prepare(
      folder, "a", ["classes=4", "train=24", "validation=6", "test=12", "motion=true", "size=40"])
    #expect(dataset.description.classes.count == 4)
    #expect(dataset.modalities.map(\.name) == ["audio", "motion", "visual"])
    #expect(
      dataset.modalities.map(\.description.kind) == [.spectrogram, .sequence, .image])
    #expect(dataset.modalities.map(\.description.shape) == [[1, 40, 40], [48, 3], [1, 40, 40]])
    #expect(dataset.modalities.allSatisfy { $0.description.mean != nil })
    let splits = try dataset.trainingSplits(validationFraction: 0.1, seed: 0)
    #expect(splits.mapValues(\.count) == [.train: 24, .validation: 6, .test: 12])
    #expect(splits[.train]?.classCounts(4) == [6, 6, 6, 6])
  }

  /// The bytes may not depend on the platform: only exactly rounded operations are used.
  @Test func sameSettingsGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let sets = ["train=12", "validation=0", "test=6", "motion=true"]
    _ = try prepare(folder, "a", sets)
    _ = try prepare(folder, "b", sets)
    _ = try prepare(folder, "c", sets + ["seed=1"])
    for file in ["train-00000.safetensors", "test-00000.safetensors", "dataset.json"] {
      let first = try Digest.sha256Hex(ofFile: folder.file("a/\(file)"))
      #expect(try Digest.sha256Hex(ofFile: folder.file("b/\(file)")) == first)
      #expect(try Digest.sha256Hex(ofFile: folder.file("c/\(file)")) != first)
    }
    let recorded = try Digest.sha256Hex(ofFile: folder.file("a/train-00000.safetensors"))
    #expect(recorded == "2aaafb354580007a6b287e52c6c5fcb0a7a8272dbbc78b24bb5d44754944f84c")
  }

  @Test func aModalitysSettingsLeaveTheOthersAlone() throws {
    let folder = try TemporaryFolder()
    let plain = try prepare(folder, "a", ["train=12", "test=6"])
    let changed = try prepare(
      folder, "b", ["train=12", "test=6", "visualEase=3", "motion=true", "motionEase=2"])
    #expect(try bytes(plain, "audio") == bytes(changed, "audio"))
    #expect(try bytes(plain, "visual") != bytes(changed, "visual"))
  }

  /// Labels alone: what is seen and heard is that of the class that it was made for.
  @Test func someLabelsAreWrongButInTheTestSplit() throws {
    let folder = try TemporaryFolder()
    let sizes = ["train=600", "validation=300", "test=60", "size=32"]
    let right = try prepare(folder, "a", sizes)
    let wrong = try prepare(folder, "b", sizes + ["labelNoise=0.1"])
    #expect(try bytes(right, "visual") == bytes(wrong, "visual"))
    for (split, count) in [(Split.train, 600.0), (.validation, 300), (.test, 60)] {
      let (expected, found) = try (right.samples(split).labels, wrong.samples(split).labels)
      let share = Double(zip(expected, found).count { $0 != $1 }) / count
      // Within four standard deviations of the binomial.
      let wanted = split == .test ? 0 : 0.1
      #expect(abs(share - wanted) <= 4 * (wanted * (1 - wanted) / count).squareRoot(), "\(split)")
      #expect(Set(found) == Set(expected))
    }
  }

  @Test func easeIsTheStrengthOfTheClass() throws {
    // Correlation of samples of one class against samples of two: the sound's chord does not move
    // within a class but for tuning.
    let folder = try TemporaryFolder()
    let silent = try prepare(folder, "a", ["train=120", "test=0", "audioEase=0", "shortcut=0"])
    let clear = try prepare(folder, "b", ["train=120", "test=0", "audioEase=2", "shortcut=0"])
    #expect(try separation(silent) < 0.02)
    #expect(try separation(clear) > 0.05)
  }

  // MARK: Helpers

  private func prepare(
    _ folder: TemporaryFolder, _ name: String, _ sets: [String]
  ) throws -> PreparedDataset {
    let path = folder.file(name)
    try RecipeCatalogue.standard.prepare("synthetic", input: nil, output: path, sets: sets)
    return try PreparedDataset(folder: path)
  }

  private func batch(_ dataset: PreparedDataset) throws -> HostBatch {
    let samples = try dataset.samples(.train)
    let stream = try Loader(samples, LoaderOptions(batchSize: samples.count, workers: 0))
      .batches(epoch: 0)
    return try #require(try stream.next())
  }

  private func bytes(_ dataset: PreparedDataset, _ name: String) throws -> [Float] {
    let index = try #require(dataset.modalities.firstIndex { $0.name == name })
    return try batch(dataset).inputs[index].floats()
  }

  /// The share of the variance of the sound that class means explain, beyond chance.
  private func separation(_ dataset: PreparedDataset) throws -> Double {
    let batch = try batch(dataset)
    let labels = try batch.labels.int64s()
    let rows = (0..<labels.count).map { batch.inputs[0].row($0).floats().map(Double.init) }
    var (between, total) = (0.0, 0.0)
    for place in rows[0].indices {
      let all = rows.map { $0[place] }
      let mean = all.reduce(0, +) / Double(all.count)
      total += all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      for label in 0..<6 {
        let members = zip(all, labels).filter { $1 == label }.map(\.0)
        let middle = members.reduce(0, +) / Double(members.count)
        between += Double(members.count) * (middle - mean) * (middle - mean)
      }
    }
    return between / total - 5.0 / Double(labels.count - 1)
  }
}
