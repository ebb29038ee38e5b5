// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

@Suite struct DatasetWriterTests {
  private static let description = DatasetDescription(
    name: "written", classes: ["a", "b", "c"],
    modalities: [
      "x": ModalityDescription(kind: .vector, shape: [2], type: .float32),
      "y": ModalityDescription(kind: .image, shape: [2, 1, 2], type: .uint8),
    ])

  private static func sample(_ number: Int) -> PreparedSample {
    PreparedSample(
      inputs: [
        HostArray(floats: [Float(number), -1], shape: [2]),
        HostArray(uint8s: [UInt8(number), 2, 3, 4], shape: [2, 1, 2]),
      ], label: number % 3, group: number / 2, id: "n\(number)")
  }

  @Test func splitsFilesBySizeAndReadsBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("out")
    // A sample takes 12 bytes: three fit below 32, the third one closes a file.
    let writer = try DatasetWriter(folder: path, description: Self.description, shardBytes: 32)
    for number in 0..<7 { try writer.append(Self.sample(number), to: .train) }
    try writer.append(Self.sample(9), to: .test)
    #expect(!FileManager.default.fileExists(atPath: path))
    let written = try writer.finish()
    let shards = try #require(written.splits[.train])
    #expect(
      shards.map(\.file) == (0..<3).map { "train-0000\($0).safetensors" })
    #expect(shards.map(\.count) == [3, 3, 1])
    // The last one's label 0: hashlib.sha256(bytes(8)).hexdigest()
    #expect(
      shards[2].sha256?["label"]
        == "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc")
    #expect(shards[0].sha256?.keys.sorted() == ["group", "id", "label", "x", "y"])
    let dataset = try PreparedDataset(folder: path)
    #expect(dataset.description == written)
    let train = try dataset.samples(.train)
    #expect(train.labels == [0, 1, 2, 0, 1, 2, 0])
    #expect(train.groups == [0, 0, 1, 1, 2, 2, 3])
    #expect((0..<7).map(train.id) == (0..<7).map { "n\($0)" })
    let stream = try Loader(train, LoaderOptions(batchSize: 7)).batches(epoch: 0)
    let batch = try #require(try stream.next())
    #expect(batch.inputs[0].floats() == (0..<7).flatMap { [Float($0), -1] })
    #expect(batch.inputs[1].floats() == (0..<7).flatMap { [Float($0), 2, 3, 4] })
    #expect(try dataset.samples(.test).id(of: 0) == "n9")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
  }

  @Test func standardisesByTheTrainingSplitAlone() throws {
    let folder = try TemporaryFolder()
    let writer = try DatasetWriter(
      folder: folder.file("out"), description: Self.description, standardising: ["x", "y"])
    for number in [1, 2, 3, 6] { try writer.append(Self.sample(number), to: .train) }
    try writer.append(Self.sample(200), to: .test)
    let modalities = try writer.finish().modalities
    // x: 1, 2, 3, 6 and always −1. y: per channel over both pixels, in units of 255.
    let x = try #require(modalities["x"])
    #expect(x.mean == [3, -1])
    #expect(x.std == [Double(3.5).squareRoot(), 1])
    let y = try #require(modalities["y"])
    let expectedMean = [2.5 / 255, 3.5 / 255]
    let expectedStd = [Double(2.0).squareRoot() / 255, 0.5 / 255]
    #expect(zip(y.mean ?? [], expectedMean).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(y.std ?? [], expectedStd).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func statisticsMatchPyTorch() throws {
    let golden = try DataGolden()
    let frames = try golden.array("frames")
    var statistics = ChannelStatistics(
      ModalityDescription(kind: .video, shape: Array(frames.shape.dropFirst()), type: .uint8))
    for index in 0..<frames.shape[0] { statistics.add(frames.row(index)) }
    for (mine, name) in [(statistics.mean, "frames/mean"), (statistics.std, "frames/std")] {
      let expected = try golden.array(name).floats()
      #expect(mine.count == 2)
      #expect(zip(mine, expected).allSatisfy { abs($0 - Double($1)) < 1e-7 })
    }
  }

  @Test func statisticsOfNumbersFarFromZeroKeepTheirDigits() {
    var statistics = ChannelStatistics(
      ModalityDescription(kind: .vector, shape: [1], type: .float32))
    for value: Float in [8_000_000, 8_000_001, 8_000_002] {
      statistics.add(HostArray(floats: [value], shape: [1]))
    }
    #expect(statistics.mean == [8_000_001])
    #expect(abs(statistics.std[0] - (2.0 / 3).squareRoot()) < 1e-12)
  }

  @Test func refusesAPathThatIsTaken() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "out")
    #expect(
      message { _ = try DatasetWriter(folder: file, description: Self.description) }
        == "\(file): there is something at this path already; remove it or choose another path")
    // An empty folder is not a dataset that could be lost.
    let empty = folder.file("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
    let writer = try DatasetWriter(folder: empty, description: Self.description)
    for number in 0..<3 { try writer.append(Self.sample(number), to: .train) }
    try writer.finish()
    #expect(try PreparedDataset(folder: empty).samples(.train).count == 3)
  }

  @Test func leavesNothingBehindWhenGivenUp() throws {
    let folder = try TemporaryFolder()
    do {
      let writer = try DatasetWriter(folder: folder.file("out"), description: Self.description)
      try writer.append(Self.sample(0), to: .train)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func refusesNumbersThatAreNotFinite() throws {
    let folder = try TemporaryFolder()
    let writer = try DatasetWriter(folder: folder.file("out"), description: Self.description)
    var sample = Self.sample(4)
    sample.inputs[0] = HostArray(floats: [0, .infinity], shape: [2])
    #expect(
      message { try writer.append(sample, to: .train) }
        == "\(folder.file("out")): modality 'x' of sample 'n4' is not finite; "
        + "correct the source or leave out the sample")
  }

  @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
  func refusesAFolderThatCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    }
    #expect(
      message { _ = try DatasetWriter(folder: folder.file("out"), description: Self.description) }
        == "\(folder.path): cannot write to the folder: Permission denied; "
        + "check the permissions of the file and its folder")
  }

  @Test func refusesAPlaceThatIsNoFolder() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "file")
    #expect(
      message { _ = try DatasetWriter(folder: file + "/out", description: Self.description) }
        == "\(file): cannot make the folder: Not a directory; "
        + "check that each part of the path is a folder and the last one a file")
  }

  @Test func refusesToStandardiseWhatIsNotThere() throws {
    let folder = try TemporaryFolder()
    #expect(
      message {
        _ = try DatasetWriter(
          folder: folder.file("out"), description: Self.description, standardising: ["z"])
      } == "there is no modality 'z' to standardise; did you mean 'x' or 'y'?")
  }
}
