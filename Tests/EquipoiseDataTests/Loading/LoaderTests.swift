// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats
@testable import EquipoiseKit

@Suite struct LoaderTests {
  @Test(arguments: [(1, 1), (1, 3), (2, 2), (4, 3), (4, 64)])
  func batchesDoNotDependOnWorkers(workers: Int, prefetch: Int) throws {
    let data = try Self.hundredSamples()
    let alone = try Self.loader(data, workers: 0)
    let many = try Self.loader(data, workers: workers, prefetch: prefetch)
    for epoch in [0, 3] {
      let expected = try Self.digests(alone.batches(epoch: epoch))
      #expect(expected.count == 15)
      #expect(try Self.digests(many.batches(epoch: epoch)) == expected)
    }
  }

  @Test func epochsAndSeedsDiffer() throws {
    let data = try Self.hundredSamples()
    let loader = try Self.loader(data)
    let first = try Self.digests(loader.batches(epoch: 0))
    #expect(try Self.digests(loader.batches(epoch: 0)) == first)
    #expect(try Self.digests(loader.batches(epoch: 1)) != first)
    let reseeded = try Self.loader(data) { $0.seed = 6 }
    #expect(try Self.digests(reseeded.batches(epoch: 0)) != first)
  }

  /// If this number changes, runs that were interrupted no longer continue with the same samples.
  @Test func streamStaysTheSameAcrossReleases() throws {
    let data = try Self.hundredSamples()
    let digests = try Self.digests(Self.loader(data).batches(epoch: 2))
    let whole = Digest.sha256Hex(of: Array(digests.joined().utf8))
    #expect(whole == "93511a4fbb3b25df620c3305fe9b5b8eeb5fa0d56c9b35aaec03f780740aefc1")
  }

  @Test(arguments: [0, 1, 4])
  func continuesInTheMiddleOfAnEpoch(workers: Int) throws {
    let data = try Self.hundredSamples()
    let loader = try Self.loader(data, workers: workers)
    let whole = try Self.digests(loader.batches(epoch: 1))
    for step in [0, 1, 7, 14, 15] {
      #expect(try Self.digests(loader.batches(epoch: 1, from: step)) == Array(whole[step...]))
    }
  }

  /// What changes numbers is the same however many workers there are and wherever reading starts.
  @Test(arguments: [0, 4])
  func changedNumbersDependOnSampleAndEpochAlone(workers: Int) throws {
    let data = try Self.hundredSamples()
    func loader(_ workers: Int) throws -> Loader {
      try Self.loader(data, workers: workers) { options in
        options.augmentation["visual"]?.randomResizedCrop.probability = 0.5
        options.augmentation["visual"]?.colorJitter.contrast = 0.4
        options.augmentation["audio"]?.timeWarp.probability = 0.5
        options.augmentation["audio"]?.gain = 0.3
        options.augmentation["audio"]?.noise = 0.1
      }
    }
    let whole = try Self.digests(loader(1).batches(epoch: 1))
    #expect(try whole != Self.digests(Self.loader(data).batches(epoch: 1)))
    #expect(try whole != Self.digests(loader(1).batches(epoch: 2)))
    #expect(try Self.digests(loader(workers).batches(epoch: 1, from: 5)) == Array(whole[5...]))
  }

  @Test func doesNotReadWhatItSkips() throws {
    let data = try Self.hundredSamples(notFinite: [3])
    let loader = try Self.loader(data) { $0.sampling = nil }
    #expect(throws: EquipoiseError.self) { try Self.digests(loader.batches(epoch: 0)) }
    #expect(try Self.digests(loader.batches(epoch: 0, from: 1)).count == 14)
  }

  @Test func everySampleComesOncePerEpoch() throws {
    let data = try Self.hundredSamples()
    let loader = try Self.loader(data, workers: 2)
    for epoch in 0..<3 {
      var batches: [HostBatch] = []
      let stream = loader.batches(epoch: epoch)
      while let batch = try stream.next() { batches.append(batch) }
      #expect(batches.map(\.step) == Array(0..<15))
      #expect(batches.allSatisfy { $0.epoch == epoch })
      #expect(batches.flatMap(\.indices).sorted() == Array(0..<100))
      #expect(batches.map(\.indices.count) == [Int](repeating: 7, count: 14) + [2])
      for batch in batches {
        #expect(try batch.labels.int64s() == batch.indices.map { Int64($0 % 2) })
      }
    }
  }

  @Test func canLeaveOutASmallerLastBatch() throws {
    let data = try Self.hundredSamples()
    let loader = try Self.loader(data) { $0.dropLast = true }
    #expect(loader.stepsPerEpoch == 14)
    #expect(try Self.digests(loader.batches(epoch: 0)).count == 14)
    let even = try Self.loader(data) { ($0.dropLast, $0.batchSize) = (true, 25) }
    #expect(even.stepsPerEpoch == 4)
  }

  @Test func withoutShufflingSamplesComeAsTheyAre() throws {
    let data = try TestDataset()
    let samples = try PreparedDataset(folder: data.path).samples(.train)
    let stream = try Loader(samples, LoaderOptions(batchSize: 4)).batches(epoch: 9)
    let batch = try #require(try stream.next())
    #expect(batch.indices == [0, 1, 2, 3])
    #expect(batch.inputs[1].type == .uint8)
    #expect(
      batch.inputs[1].floats() == [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33])
    #expect(batch.inputs[0].shape == [4, 1, 2, 3])
    #expect(batch.inputs[0].row(2).floats() == [2, 2.1, 2.2, 2.3, 2.4, 2.5])
  }

  // MARK: Errors

  @Test(arguments: [0, 1, 4])
  func aNumberThatIsNotFiniteIsReportedInItsTurn(workers: Int) throws {
    let data = try Self.hundredSamples(notFinite: [45, 90])
    let loader = try Self.loader(data, workers: workers) { $0.sampling = nil }
    let stream = loader.batches(epoch: 0)
    for step in 0..<6 { #expect(try stream.next()?.step == step) }
    #expect(
      message { _ = try stream.next() }
        == "\(data.path)/train-00000.safetensors: row 45 (sample 's45') of modality 'audio' is not "
        + "finite; correct or leave out the sample; a check of the data lists all of "
        + "them")
    // The stream is over then.
    #expect(try stream.next() == nil)
  }

  @Test func listsEverySampleThatIsNotFinite() throws {
    let data = try Self.hundredSamples(notFinite: [90, 3, 45])
    let samples = try PreparedDataset(folder: data.path).samples(.train)
    #expect(
      samples.notFinite().map(\.what)
        == [3, 45, 90].map {
          "row \($0) (sample 's\($0)') of modality 'audio' is not finite"
        })
  }

  @Test(arguments: [
    Float.nan, -.nan, .signalingNaN, .infinity, -.infinity, Float(bitPattern: 0x7F80_0001),
  ])
  func everyKindOfNotFiniteIsFound(value: Float) {
    for place in [0, 3, 7] {
      var numbers = [Float](repeating: .greatestFiniteMagnitude, count: 8)
      #expect(isFinite(HostArray(floats: numbers, shape: [8])))
      numbers[place] = value
      #expect(!isFinite(HostArray(floats: numbers, shape: [8])))
      #expect(!isFinite(HostArray(numbers.map(Double.init), shape: [8])))
      #expect(!isFinite(HostArray(numbers.map { Float16($0) }, shape: [8])))
    }
    #expect(isFinite(HostArray([Float16.greatestFiniteMagnitude], shape: [1])))
    #expect(isFinite(HostArray([Int32(0x7F80_0000)], shape: [1])))
  }

  private func isFinite(_ array: HostArray) -> Bool {
    array.withUnsafeBytes { Finiteness.isFinite($0, array.type) }
  }

  // MARK: Helpers

  /// One digest per batch: of its indices, labels and every byte of its inputs.
  @discardableResult
  private static func digests(_ stream: BatchStream) throws -> [String] {
    var digests: [String] = []
    while let batch = try stream.next() {
      let parts = (batch.inputs + [batch.labels]).map { array in
        array.withUnsafeBytes { Digest.sha256Hex(of: $0) }
      }
      digests.append("\(batch.indices) \(parts)")
    }
    return digests
  }

  /// Every part of every batch has the augmented rows of one process, and one worker's follow those of the one before; a
  /// batch of fewer samples than processes is whole on all.
  @Test(arguments: 1...5)
  func partsTileTheBatch(count: Int) throws {
    let data = try Self.hundredSamples()
    let whole = try Self.batches(Self.loader(data))
    let parts = try (0..<count).map { rank in
      try Self.batches(
        Self.loader(data) { $0.share = LoaderShare(rank: rank, count: count) })
    }
    for (step, batch) in whole.enumerated() {
      let own = parts.map { $0[step] }
      #expect(own.allSatisfy { $0.indices == batch.indices })
      #expect(own.allSatisfy { Self.bytes($0.labels) == Self.bytes(batch.labels) })
      let isWhole = batch.indices.count < count
      for (index, input) in batch.inputs.enumerated() {
        let found = own.map { Self.bytes($0.inputs[index]) }
        #expect(
          isWhole
            ? found.allSatisfy { $0 == Self.bytes(input) }
            : found.flatMap { $0 } == Self.bytes(input))
      }
      #expect(own.allSatisfy { ($0.parts == nil) == isWhole })
      let sizes = own.compactMap(\.parts).first?.map(\.count) ?? []
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
  }

  /// A batch whose parts would be too small is whole on all.
  @Test(arguments: [(3, 14), (4, 0)])
  func partsHaveEnoughRows(count: Int, cut: Int) throws {
    let data = try Self.hundredSamples()
    let batches = try Self.batches(
      Self.loader(data) { $0.share = LoaderShare(rank: 0, count: count, leastRows: 2) })
    #expect(batches.count { $0.parts != nil } == cut)
  }

  private static func batches(_ loader: Loader) throws -> [HostBatch] {
    let stream = loader.batches(epoch: 1)
    var batches: [HostBatch] = []
    while let batch = try stream.next() { batches.append(batch) }
    return batches
  }

  private static func bytes(_ array: HostArray) -> [UInt8] { array.withUnsafeBytes { Array($0) } }

  /// Batches of seven with everything that is random.
  private static func loader(
    _ data: TestDataset, workers: Int = 1, prefetch: Int = 3,
    _ change: (inout LoaderOptions) -> Void = { _ in }
  ) throws -> Loader {
    var picture = AugmentationConfiguration()
    (picture.crop, picture.flip) = (1, true)
    var sound = AugmentationConfiguration()
    (sound.timeShift, sound.timeMask, sound.frequencyMask) = (1, 2, 1)
    var options = LoaderOptions(
      batchSize: 7, sampling: .shuffled, seed: 5,
      augmentation: ["visual": picture, "audio": sound],
      workers: workers, prefetch: prefetch)
    change(&options)
    return try Loader(PreparedDataset(folder: data.path).samples(.train), options)
  }

  private static func hundredSamples(notFinite: [Int] = []) throws -> TestDataset {
    let data = try TestDataset()
    try data.writeDescription(replacing: "\"count\": 6", by: "\"count\": 100")
    var audio = (0..<600).map { Float($0) / 8 }
    for sample in notFinite { audio[6 * sample + 2] = .nan }
    let ids = (0..<100).flatMap { index in
      let text = Array("s\(index)".utf8)
      return text + [UInt8](repeating: 0, count: 4 - text.count)
    }
    try data.writeShard(
      "train-00000",
      [
        "audio": HostArray(floats: audio, shape: [100, 1, 2, 3]),
        "visual": HostArray(uint8s: (0..<400).map { UInt8($0 % 251) }, shape: [100, 1, 2, 2]),
        "label": HostArray(int64s: (0..<100).map { Int64($0 % 2) }, shape: [100]),
        "id": HostArray(uint8s: ids, shape: [100, 4]),
      ])
    return data
  }
}
