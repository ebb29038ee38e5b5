// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseKit
@testable import EquipoiseMethods
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// How a run's splits become batches: 14 training samples, batches of 4.
struct RunDataTests {
  private func data(_ change: (TinyRun) -> Void = { _ in }) throws -> RunData {
    let tiny = try TinyRun()
    tiny.configuration.augmentation = NamedSections()
    change(tiny)
    return try RunData(tiny.configuration, device: .cpu)
  }

  private func sizes(_ data: RunData, in subset: TrainingSubset? = nil) throws -> [Int] {
    var sizes: [Int] = []
    try data.forEachBatch(of: .train, in: subset) { sizes.append($0.count) }
    return sizes
  }

  @Test func evaluationHasItsOwnBatchSize() throws {
    #expect(try sizes(data()) == [4, 4, 4, 2])
    #expect(try sizes(data { $0.configuration.evaluation.batchSize = 5 }) == [5, 5, 4])
  }

  /// A tenth of the samples is one; a part is a batch at least.
  @Test func aPartIsAtLeastABatch() throws {
    let tenth = TrainingSubset(share: 0.1, from: RandomStream(seed: 0))
    #expect(try sizes(data(), in: tenth) == [4])
    let half = TrainingSubset(share: 0.5, from: RandomStream(seed: 0))
    #expect(try sizes(data(), in: half) == [4, 3])
  }

  /// Each epoch sees every sample once, in an order of its own that the seed decides.
  @Test func trainingIsShuffledAndEvaluationIsNot() throws {
    func order(_ data: RunData, _ epoch: Int) throws -> [Int] {
      let batches = try data.trainingBatches(epoch: epoch, from: 0)
      var indices: [Int] = []
      while let batch = try batches.next() { indices += batch.indices }
      return indices
    }
    let (one, other) = (try data(), try data { $0.configuration.runtime.seed = 1 })
    let epochs = try (0..<3).map { try order(one, $0) }
    #expect(epochs.allSatisfy { $0.sorted() == Array(0..<14) && $0 != Array(0..<14) })
    #expect(Set(epochs).count == 3)
    #expect(try order(one, 0) == epochs[0])
    #expect(try order(other, 0) != epochs[0])
    var indices: [Int] = []
    try one.forEachBatch(of: .train) { indices += $0.indices }
    #expect(indices == Array(0..<14))
  }

  @Test func anEpochsSamplesAreThoseThatAreTrainedOn() throws {
    #expect(try data().samplesPerEpoch == 14)
    #expect(try data { $0.configuration.training.dropLast = true }.samplesPerEpoch == 12)
    #expect(try data().samplesPerClass == [7, 7])
  }

  /// Every consumer has a stream of its own, and every seed other streams.
  @Test func streamsDifferByNameAndSeed() {
    let seeds = [(0, "dropout"), (1, "dropout"), (0, "noise")].map {
      RandomStreams.seed($0.0, $0.1)
    }
    #expect(Set(seeds).count == 3)
    #expect(RandomStreams.seed(0, "dropout") == seeds[0])
  }
}
