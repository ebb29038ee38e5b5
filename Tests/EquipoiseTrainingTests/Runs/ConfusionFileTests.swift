// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseFormats
import EquipoiseMetrics
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// The counts of a run by class and prediction: written once, at its end, and only those above 0.
struct ConfusionFileTests {
  @Test func aRunLeavesItsMatricesOnceAndApart() throws {
    let tiny = try TinyRun()
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    let run = RunFolder(tiny.folder.file("run"))
    let test = try #require(result.test?.confusion)
    #expect(test.total == 6 && result.validation.confusion?.total == 6)
    #expect(try ConfusionFile.read(.test, in: run) == test)
    #expect(try ConfusionFile.read(.validation, in: run) == result.validation.confusion)
    #expect(try ConfusionFile.read(.train, in: run) == nil)
    for name in ["result.json", "metrics.jsonl"] {
      let text = String(decoding: try tiny.bytes("run/" + name), as: UTF8.self)
      #expect(!text.contains("confusion") && text.contains("perClassAccuracy"), "\(name)")
    }
  }

  /// Three samples of class 0, one of which is taken for class 2, and one of class 2.
  private let small = ConfusionMatrix(
    labels: [0, 0, 0, 2], predictions: [0, 2, 0, 2], classes: 3)

  /// As `torch.sparse_coo_tensor(indices, counts)` takes them.
  @Test func theTensorsAreCoordinatesAndCounts() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    try ConfusionFile.write([(.test, small)], in: run)
    let file = try SafetensorsFile(verifying: run.confusion)
    #expect(file.names == ["test.counts", "test.indices"] && file.hasChecksum)
    #expect(file.metadata["classes"] == "3")
    let (indices, counts) = (try file.array("test.indices"), try file.array("test.counts"))
    #expect(indices.type == .int64 && indices.shape == [2, 3] && counts.type == .int64)
    #expect(try indices.int64s() == [0, 0, 2, 0, 2, 2] && counts.int64s() == [2, 1, 1])
  }

  /// A thousand samples of 50 000 classes: at most three numbers of 8 bytes for each, and a header.
  @Test func itGrowsWithTheSamplesAlone() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    let labels = (0..<1000).map { $0 * 50 }
    let matrix = ConfusionMatrix(labels: labels, predictions: labels.reversed(), classes: 50_000)
    try ConfusionFile.write([(.test, matrix)], in: run)
    #expect(FileSystem.size(of: run.confusion) < 1000 * 24 + 1000)
    #expect(try ConfusionFile.read(.test, in: run) == matrix)
  }

  @Test func whereThereIsNoneNothingIsWritten() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    try ConfusionFile.write([], in: run)
    #expect(!FileManager.default.fileExists(atPath: run.confusion))
    #expect(try ConfusionFile.read(.test, in: run) == nil)
  }

  @Test(arguments: [
    ([0, 3, 2, 0], [2, 2], [1, 1], "3"),  // class 3 of three
    ([0, -1, 2, 0], [2, 2], [1, 1], "3"), ([0, 1, 2, 0], [2, 2], [1, -1], "3"),
    ([0, 1, 2, 0], [4], [1, 1], "3"), ([0, 1, 2, 0], [2, 2], [1, 1], "many"),
  ])
  func whatCannotBeIsDamage(
    indices: [Int], shape: [Int], counts: [Int], classes: String
  ) throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    try Safetensors.writeChecksummed(
      to: run.confusion,
      tensors: [
        ("test.indices", HostArray(int64s: indices.map(Int64.init), shape: shape)),
        ("test.counts", HostArray(int64s: counts.map(Int64.init), shape: [counts.count])),
      ], metadata: ["classes": classes])
    #expect(
      message { _ = try ConfusionFile.read(.test, in: run) }
        == "\(run.confusion): holds no counts by label and prediction; remove result.json and repeat the run, "
        + "which writes both again")
  }

  @Test func aChangedByteIsDamage() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path)
    try ConfusionFile.write([(.test, small)], in: run)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: run.confusion))
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: URL(fileURLWithPath: run.confusion))
    #expect(
      message { _ = try ConfusionFile.read(.test, in: run) }
        == "\(run.confusion): its checksum does not match: the file is damaged; remove result.json and "
        + "repeat the run, which writes both again")
  }
}
