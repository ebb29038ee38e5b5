// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
package import EquipoiseTorch

/// Streams of dropout where several workers take the steps: a function of the run's seed, the consumer, the step and the
/// worker, so that a checkpoint holds nothing of them and another number of workers can go on from it.
package enum WorkerStreams {
  /// The stream of a step.
  ///
  /// - Parameters:
  ///   - name: whose it is.
  ///   - context: the step.
  ///   - seed: of the run.
  ///   - device: where numbers are drawn.
  /// - Returns: the worker's own for its part of the batch; nil where there are no other workers, or each has the whole
  ///   batch and draws from the run's stream alike.
  static func dropout(
    _ name: String, _ context: StepContext, seed: UInt64, _ device: Device
  ) -> Generator? {
    context.batch.share.map {
      dropout(name, step: context.globalStep, of: $0, seed: seed, device)
    }
  }

  /// The worker's own stream for its part of the batch of a step.
  package static func dropout(
    _ name: String, step: Int, of share: BatchShare, seed: UInt64, _ device: Device
  ) -> Generator {
    var stream = RandomStream(
      seed: seed, name, "step \(step)", "worker \(share.workers.rank)")
    return Generator(seed: stream.next(), device: device)
  }
}
