// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// In which order the samples of an epoch come.
public enum Sampling: String, ConfigurationChoice {
  /// Each once, in an order that each epoch has of its own.
  case shuffled
  /// As many as there are, each class as likely as any other and each sample of a class as any other, drawn with
  /// replacement: what PyTorch's `WeightedRandomSampler` does with 1 / n_k.
  case balanced
}

/// The order of an epoch's samples: it depends on the samples' classes and lengths, the seed, the epoch and the size of
/// batches alone.
struct SampleOrder {
  private let count: Int
  private let seed: UInt64
  /// The samples of each class that has some; nil where every sample comes once.
  private let members: [[Int]]?
  /// How long each sample is, where batches are made of samples of similar length; nil where they are not.
  private let sizes: [Double]?
  private let batchSize: Int
  /// How many batches are sorted by length together.
  private let bucketing: Int

  init(
    _ samples: Samples, seed: UInt64, balanced: Bool, bucketing: Int = 0, batchSize: Int = 1
  ) {
    (count, self.seed) = (samples.count, seed)
    (self.bucketing, self.batchSize) = (bucketing, batchSize)
    sizes = bucketing > 0 ? samples.sizes : nil
    members =
      balanced
      ? Dictionary(grouping: samples.labels.indices) { samples.labels[$0] }
        .sorted { $0.key < $1.key }.map(\.value) : nil
  }

  /// The places of the epoch's samples.
  func epoch(_ epoch: Int) -> [Int] {
    let drawn = drawn(epoch)
    return sizes.map { bucketed(drawn, by: $0, epoch) } ?? drawn
  }

  /// The places of all samples in order, or, where batches are made of samples of similar length, from the shortest on.
  var unsampled: [Int] {
    guard let sizes else { return Array(0..<count) }
    return sizes.enumerated().sorted {
      $0.element == $1.element ? $0.offset < $1.offset : $0.element < $1.element
    }.map(\.offset)
  }

  /// Batches of samples of similar length, in random order. Some batches' worth of samples at a time are sorted by length
  /// and cut; those that do not fill a batch stay at the end as they were drawn, so that none is left out for its length.
  private func bucketed(_ order: [Int], by sizes: [Double], _ epoch: Int) -> [Int] {
    let whole = order.count / batchSize * batchSize
    let pool = batchSize * bucketing
    var batches: [[Int]] = []
    for start in stride(from: 0, to: whole, by: pool) {
      let sorted = order[start..<min(whole, start + pool)].enumerated().sorted {
        let (a, b) = (sizes[$0.element], sizes[$1.element])
        return a == b ? $0.offset < $1.offset : a < b
      }.map(\.element)
      batches += stride(from: 0, to: sorted.count, by: batchSize).map {
        Array(sorted[$0..<$0 + batchSize])
      }
    }
    var stream = RandomStream(seed: seed, "bucketing", "epoch \(epoch)")
    stream.shuffle(&batches)
    return batches.flatMap { $0 } + order[whole...]
  }

  private func drawn(_ epoch: Int) -> [Int] {
    guard let members, !members.isEmpty else {
      var stream = RandomStream(seed: seed, "shuffle", "epoch \(epoch)")
      return stream.permutation(of: count)
    }
    var stream = RandomStream(seed: seed, "balanced sampling", "epoch \(epoch)")
    return (0..<count).map { _ in
      let own = members[stream.integer(below: members.count)]
      return own[stream.integer(below: own.count)]
    }
  }
}
