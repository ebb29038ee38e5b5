// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How samples become batches.
public struct LoaderOptions: Sendable {
  /// Samples per batch.
  public var batchSize: Int
  /// Which samples an epoch has, in an order of its own; nil takes each once, as they come.
  public var sampling: Sampling?
  /// How many batches of an epoch that is sampled are sorted by length together, so that samples of a batch are of
  /// similar length; 0 leaves them as they come. Samples that come each once are then sorted as a whole.
  public var bucketing: Int
  /// Whether to leave out the last batch of an epoch when it is smaller.
  public var dropLast: Bool
  /// The seed of order and augmentation.
  public var seed: UInt64
  /// Random changes by modality; none by default.
  public var augmentation: [String: AugmentationConfiguration]
  /// Threads that make batches ahead; 0 makes each when it is asked for.
  public var workers: Int
  /// Batches made ahead at most.
  public var prefetch: Int
  /// Which of several processes this is, that take the batches of training in parts; nil reads whole batches.
  public var share: LoaderShare?

  /// Options.
  ///
  /// - Parameters:
  ///   - batchSize: Samples per batch.
  ///   - sampling: Which samples an epoch has, in an order of its own; nil takes each once, as they come.
  ///   - dropLast: Whether to leave out a smaller last batch.
  ///   - seed: The seed of order and augmentation.
  ///   - augmentation: Random changes by modality.
  ///   - workers: Threads that make batches ahead.
  ///   - prefetch: Batches made ahead at most.
  ///   - bucketing: How many batches are sorted by length together.
  public init(
    batchSize: Int, sampling: Sampling? = nil, dropLast: Bool = false, seed: UInt64 = 0,
    augmentation: [String: AugmentationConfiguration] = [:], workers: Int = 1, prefetch: Int = 3,
    bucketing: Int = 0
  ) {
    precondition(
      batchSize > 0 && workers >= 0 && prefetch > 0 && bucketing >= 0,
      "LoaderOptions: batchSize \(batchSize), workers \(workers), prefetch \(prefetch), "
        + "bucketing \(bucketing)")
    self.bucketing = bucketing
    self.batchSize = batchSize
    self.sampling = sampling
    self.dropLast = dropLast
    self.seed = seed
    self.augmentation = augmentation
    self.workers = workers
    self.prefetch = prefetch
  }
}

/// One of several processes that take each batch in parts.
public struct LoaderShare: Sendable {
  /// Which one, from 0.
  public var rank: Int
  /// How many there are.
  public var count: Int
  /// The fewest samples of each modality that a part may have; each process takes a batch whole that has no such parts.
  public var leastRows: Int

  /// One of several.
  public init(rank: Int, count: Int, leastRows: Int = 1) {
    precondition(rank >= 0 && rank < count, "worker \(rank) of \(count)")
    (self.rank, self.count, self.leastRows) = (rank, count, leastRows)
  }
}
