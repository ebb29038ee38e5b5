// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

@Suite struct PreparedDatasetTests {
  @Test func readsWhatPythonWrote() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Goldens/python_dataset", withExtension: nil))
    let dataset = try PreparedDataset(folder: url.path)
    #expect(dataset.modalities.map(\.name) == ["audio", "visual"])
    let train = try dataset.samples(.train)
    #expect(train.labels == [0, 1, 0, 1, 0])
    #expect(train.groups == [0, 0, 1, 1, 2])
    #expect(train.id(of: 3) == "\(url.path)/train.safetensors:3")
    let loader = try Loader(train, LoaderOptions(batchSize: 2))
    let stream = loader.batches(epoch: 0, from: 1)
    let batch = try #require(try stream.next())
    #expect(batch.inputs[0].floats() == (12..<24).map { Float($0) / 4 })
    #expect(batch.inputs[1].floats() == (8..<16).map { Float($0 * 9) })
    #expect(try batch.labels.int64s() == [0, 1])
  }

  @Test func ordersModalitiesByNameOrAsAsked() throws {
    let data = try TestDataset()
    #expect(try PreparedDataset(folder: data.path).modalities.map(\.name) == ["audio", "visual"])
    let chosen = try PreparedDataset(folder: data.path, modalities: ["visual", "audio"])
    #expect(chosen.modalities.map(\.name) == ["visual", "audio"])
    let one = try PreparedDataset(folder: data.path, modalities: ["visual"])
    #expect(try one.samples(.test).modalities.map(\.name) == ["visual"])
  }

  @Test func refusesModalitiesThatAreNotThere() throws {
    let data = try TestDataset()
    #expect(
      data.failure(modalities: ["visaul"])
        == "DATA: dataset 'tiny' has no modality 'visaul'; did you mean 'visual'?")
    #expect(
      data.failure(modalities: ["audio", "audio"])
        == "DATA: a modality was selected twice: audio, audio; select each once")
    #expect(
      data.failure(modalities: [])
        == "DATA: no modality was selected; choose from 'audio', 'visual'")
  }

  @Test func refusesAMissingFile() throws {
    let data = try TestDataset()
    try FileManager.default.removeItem(atPath: data.folder.file("test-00000.safetensors"))
    #expect(
      data.failure() == "DATA: the file 'test-00000.safetensors' of split 'test' is missing; "
        + "prepare the dataset again")
  }

  @Test func refusesATruncatedFileAtEveryLength() throws {
    let data = try TestDataset()
    let path = data.folder.file("train-00000.safetensors")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let failure = try #require(data.failure(), "\(length) of \(whole.count) bytes were accepted")
      #expect(failure.hasPrefix("DATA/train-00000.safetensors: "))
    }
  }

  @Test func refusesAWrongShapeTypeOrCount() throws {
    let data = try TestDataset()
    let file = "DATA/train-00000.safetensors"
    let remedy = "correct dataset.json or write the file again"
    try data.replace(
      "audio", by: HostArray(floats: [Float](repeating: 0, count: 48), shape: [6, 1, 2, 4]))
    #expect(
      data.failure() == "\(file): tensor 'audio' is float32 [6, 1, 2, 4], but float32 [6, 1, 2, 3] "
        + "is expected; \(remedy)")
    try data.replace("visual", by: HostArray([Int8](repeating: 0, count: 24), shape: [6, 1, 2, 2]))
    #expect(
      data.failure() == "\(file): tensor 'visual' is int8 [6, 1, 2, 2], but uint8 [6, 1, 2, 2] "
        + "is expected; \(remedy)")
    try data.writeShard("train-00000", TestDataset.tensors(5))
    #expect(
      data.failure() == "\(file): tensor 'audio' is float32 [5, 1, 2, 3], but float32 [6, 1, 2, 3] "
        + "is expected; \(remedy)")
    try data.replace("label", by: HostArray([Int32](repeating: 0, count: 6), shape: [6]))
    #expect(
      data.failure()
        == "\(file): tensor 'label' is int32 [6], but int64 [6] is expected; \(remedy)")
    try data.replace("id", by: HostArray(floats: [0, 1, 2, 3, 4, 5], shape: [6]))
    #expect(
      data.failure() == "\(file): tensor 'id' is float32 [6], but int64 [6] or uint8 [6, L] "
        + "is expected; \(remedy)")
  }

  @Test func refusesAFileWithoutAModalityOrLabels() throws {
    let data = try TestDataset()
    try data.replace("audio", by: nil)
    #expect(
      data.failure() == "DATA/train-00000.safetensors: holds no tensor 'audio'; "
        + "choose from 'label', 'visual'")
    try data.replace("label", by: nil)
    #expect(
      data.failure() == "DATA/train-00000.safetensors: holds no tensor 'label'; "
        + "choose from 'audio', 'visual'")
  }

  @Test(arguments: [2, -1])
  func refusesALabelOutOfRange(label: Int64) throws {
    let data = try TestDataset()
    try data.replace("label", by: HostArray(int64s: [0, 1, 0, label, 0, 1], shape: [6]))
    #expect(
      data.failure() == "DATA/train-00000.safetensors: row 3 has label \(label), outside 0..<2; "
        + "correct the label or list its class in dataset.json")
  }

  @Test func refusesGroupsInSomeFilesOnly() throws {
    let data = try TestDataset()
    try data.writeDescription(
      replacing: "[{\"file\": \"train-00000.safetensors\", \"count\": 6}]",
      by:
        "[{\"file\": \"a.safetensors\", \"count\": 2}, {\"file\": \"b.safetensors\", \"count\": 2}]"
    )
    try data.writeShard("a", TestDataset.tensors(2))
    var grouped = TestDataset.tensors(2)
    grouped["group"] = HostArray(int64s: [0, 1], shape: [2])
    try data.writeShard("b", grouped)
    let dataset = try PreparedDataset(folder: data.path)
    #expect(
      message { _ = try dataset.samples(.train) }
        == "\(data.path): some files of split 'train' have the tensor 'group', others do not; "
        + "write it to all of them or to none")
  }

  @Test func namesSamplesByTheirIds() throws {
    let data = try TestDataset()
    let text = ["one", "two", "ü", "", "five", "six"].flatMap { name in
      Array(name.utf8) + [UInt8](repeating: 0, count: 4 - name.utf8.count)
    }
    try data.replace("id", by: HostArray(uint8s: text, shape: [6, 4]))
    let samples = try PreparedDataset(folder: data.path).samples(.train)
    #expect((0..<6).map(samples.id) == ["one", "two", "ü", "", "five", "six"])
    #expect(samples.subset([5, 2]).id(of: 1) == "ü")
    try data.replace("id", by: HostArray(int64s: [7, 8, 9, 10, 11, 12], shape: [6]))
    #expect(try PreparedDataset(folder: data.path).samples(.train).id(of: 4) == "11")
  }

  @Test func fingerprintFollowsDescriptionAndFiles() throws {
    let data = try TestDataset()
    let first = try PreparedDataset(folder: data.path).fingerprint
    #expect(first.count == 64)
    #expect(try PreparedDataset(folder: data.path, modalities: ["audio"]).fingerprint == first)
    try data.writeDescription(replacing: "tiny", by: "other")
    let renamed = try PreparedDataset(folder: data.path).fingerprint
    #expect(renamed != first)
    try data.replace("group", by: HostArray(int64s: [0, 0, 1, 1, 2, 2], shape: [6]))
    #expect(try PreparedDataset(folder: data.path).fingerprint != renamed)
  }
}
