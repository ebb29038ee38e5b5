// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Leaves modalities out of training samples. What it does to a sample in an epoch depends on the seed alone.
struct ModalityDropout: Sendable {
  /// How likely each modality is left out.
  private let rates: [Double]
  private let seed: UInt64

  /// The dropout of a configuration; nil when it leaves nothing out.
  init?(_ modalities: [DatasetModality], _ options: LoaderOptions) {
    rates = modalities.map { options.augmentation[$0.name]?.modalityDropout ?? 0 }
    seed = options.seed
    guard rates.contains(where: { $0 > 0 }) else { return nil }
  }

  /// Which modalities are left of a sample.
  ///
  /// - Parameters:
  ///   - present: for each modality whether the sample has it; one at least.
  ///   - sample: its place among all samples.
  ///   - epoch: from 0.
  /// - Returns: the same with those that are left out. Where nothing would be left, one of them stays, each as likely.
  func left(of present: [Bool], sample: Int, epoch: Int) -> [Bool] {
    var stream = RandomStream(
      seed: seed, "modality dropout", "epoch \(epoch)", "sample \(sample)")
    // Drawn for those that it lacks, too: what becomes of the others does not depend on them.
    let left = zip(present, rates).map { isPresent, rate in
      let isDropped = rate > 0 && stream.happens(withProbability: rate)
      return isPresent && !isDropped
    }
    guard !left.contains(true) else { return left }
    let own = present.indices.filter { present[$0] }
    guard !own.isEmpty else { return left }
    let kept = own[stream.integer(below: own.count)]
    return left.indices.map { $0 == kept }
  }
}
