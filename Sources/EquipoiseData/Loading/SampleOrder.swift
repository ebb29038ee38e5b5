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

/// The order of an epoch's samples: it depends on the samples' classes, the seed and the epoch alone.
struct SampleOrder {
  private let count: Int
  private let seed: UInt64
  /// The samples of each class that has some; nil where every sample comes once.
  private let members: [[Int]]?

  init(_ samples: Samples, seed: UInt64, balanced: Bool) {
    (count, self.seed) = (samples.count, seed)
    members =
      balanced
      ? Dictionary(grouping: samples.labels.indices) { samples.labels[$0] }
        .sorted { $0.key < $1.key }.map(\.value) : nil
  }

  /// The places of the epoch's samples.
  func epoch(_ epoch: Int) -> [Int] {
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
