// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Makes batches from samples.
///
/// What an epoch holds depends on samples, seed, epoch and batch size alone: neither the number of
/// workers nor where in the epoch reading starts changes it.
public struct Loader: Sendable {
  /// The samples.
  public let samples: Samples
  private let options: LoaderOptions
  private let gatherer: BatchGatherer
  private let shuffled: SampleOrder

  /// A loader of `samples`.
  ///
  /// - Parameters:
  ///   - samples: What the batches are made of.
  ///   - options: How.
  /// - Throws: `EquipoiseError` when a modality cannot be augmented as asked.
  public init(_ samples: Samples, _ options: LoaderOptions) throws {
    self.samples = samples
    self.options = options
    gatherer = try BatchGatherer(samples, options)
    shuffled = SampleOrder(
      samples, seed: options.seed, balanced: options.sampling == .balanced,
      bucketing: options.bucketing, batchSize: options.batchSize)
  }

  /// The number of batches of an epoch.
  public var stepsPerEpoch: Int {
    let whole = samples.count / options.batchSize
    let rest = samples.count % options.batchSize
    return whole + (rest > 0 && !options.dropLast ? 1 : 0)
  }

  /// The batches of one epoch, in order. Skipped batches are not read.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, from 0.
  ///   - step: The first batch wanted.
  ///   - last: The batch to stop before; nil for the epoch's end.
  /// - Returns: The batches, being made from now on.
  public func batches(epoch: Int, from step: Int = 0, to last: Int? = nil) -> BatchStream {
    let order = order(epoch)
    let (size, gatherer, share) = (options.batchSize, gatherer, options.share)
    return BatchStream(
      steps: step..<max(step, last ?? stepsPerEpoch), workers: options.workers,
      prefetch: options.prefetch
    ) { step in
      let end = min(order.count, (step + 1) * size)
      return try gatherer.batch(
        Array(order[step * size..<end]), epoch: epoch, step: step, share: share)
    }
  }

  private func order(_ epoch: Int) -> [Int] {
    options.sampling == nil ? shuffled.unsampled : shuffled.epoch(epoch)
  }
}
