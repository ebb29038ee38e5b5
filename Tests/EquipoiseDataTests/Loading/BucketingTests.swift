// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseData
@testable import EquipoiseFormats

/// Batches of samples of similar length.
@Suite struct BucketingTests {
  /// Samples of one modality of up to 100 steps.
  private func samples(_ lengths: [Int], _ folder: TemporaryFolder) throws -> Samples {
    let writer = try DatasetWriter(
      folder: folder.file("data"),
      description: DatasetDescription(
        name: "b", classes: ["a", "b"],
        modalities: ["s": ModalityDescription(kind: .sequence, shape: [100, 1], type: .uint8)]),
      lengths: ["s"])
    for length in lengths {
      var sample = PreparedSample(
        inputs: [HostArray(uint8s: [UInt8](repeating: 0, count: 100), shape: [100, 1])], label: 0)
      sample.lengths["s"] = length
      try writer.append(sample, to: .train)
    }
    try writer.finish()
    return try PreparedDataset(folder: folder.file("data")).samples(.train)
  }

  private func batches(_ samples: Samples, _ bucketing: Int, epoch: Int = 0) throws -> [[Int]] {
    let loader = try Loader(
      samples, LoaderOptions(batchSize: 5, sampling: .shuffled, seed: 3, bucketing: bucketing))
    let stream = loader.batches(epoch: epoch)
    var found: [[Int]] = []
    while let batch = try stream.next() { found.append(batch.indices) }
    return found
  }

  @Test func anEpochHasEachSampleOnceInBatchesOfSimilarLength() throws {
    let folder = try TemporaryFolder()
    let lengths = (0..<52).map { 1 + $0 * 37 % 97 }
    let samples = try samples(lengths, folder)
    let sorted = try batches(samples, 100)
    #expect(sorted.map(\.count) == [Int](repeating: 5, count: 10) + [2])
    #expect(sorted.flatMap { $0 }.sorted() == Array(0..<52))
    // The 50 that are sorted together: the batches' ranges do not overlap.
    let ranges = sorted.dropLast().map { batch in
      let own = batch.map { lengths[$0] }
      return (own.min() ?? 0)...(own.max() ?? 0)
    }.sorted { $0.lowerBound < $1.lowerBound }
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
    // In random order, which is another one in the next epoch, and the same at any time.
    let first = sorted.dropLast().map { lengths[$0[0]] }
    #expect(first != first.sorted())
    #expect(try batches(samples, 100) == sorted)
    #expect(try batches(samples, 100, epoch: 1) != sorted)
  }

  /// Samples that come each once are sorted as a whole, those of one length as they are.
  @Test func samplesInOrderComeFromTheShortestOn() throws {
    let folder = try TemporaryFolder()
    let samples = try samples([9, 3, 9, 1, 3, 100], folder)
    for (bucketing, expected) in [(0, [0, 1, 2, 3, 4, 5]), (1, [3, 1, 4, 0, 2, 5])] {
      let loader = try Loader(samples, LoaderOptions(batchSize: 4, bucketing: bucketing))
      let stream = loader.batches(epoch: 0)
      var found: [Int] = []
      while let batch = try stream.next() { found += batch.indices }
      #expect(found == expected)
    }
  }

  @Test func theRestOfAnEpochIsAsItWasDrawn() throws {
    let folder = try TemporaryFolder()
    let samples = try samples((0..<52).map { 1 + $0 }, folder)
    let plain = try batches(samples, 0)
    #expect(try batches(samples, 4).last == plain.last)
    // Four batches at a time hold the same samples, sorted.
    let pools = try batches(samples, 4).dropLast().flatMap { $0 }.sorted()
    #expect(pools == plain.dropLast().flatMap { $0 }.sorted())
  }
}
