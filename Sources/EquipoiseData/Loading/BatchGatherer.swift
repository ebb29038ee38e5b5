// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Copies the rows of a batch out of the mapped files, augmenting them on the way.
struct BatchGatherer: Sendable {
  private let samples: Samples
  private let seed: UInt64
  /// One per modality; nil where nothing is changed.
  private let augmenters: [SampleAugmenter?]

  init(_ samples: Samples, _ options: LoaderOptions) throws {
    self.samples = samples
    seed = options.seed
    let known = samples.modalities.map(\.name)
    for name in options.augmentation.keys.sorted() where !known.contains(name) {
      throw EquipoiseError(
        .configuration, "there is no modality '\(name)' to augment", at: "augmentation.\(name)",
        fix: Nearest.hint(name, in: known))
    }
    augmenters = try samples.modalities.map { modality in
      try options.augmentation[modality.name].flatMap { try SampleAugmenter(modality, $0) }
    }
  }

  /// The batch of the samples at `indices`.
  func batch(_ indices: [Int], epoch: Int, step: Int) throws -> HostBatch {
    let inputs = try samples.modalities.indices.map { modality in
      try input(modality, indices, epoch)
    }
    // Afterwards: what was read from a file that is whole now was whole then.
    for shard in Set(indices.map { samples.locations[$0].shard }) {
      try samples.shards[Int(shard)].checkWhole()
    }
    return HostBatch(
      epoch: epoch, step: step, inputs: inputs,
      labels: samples.answers(indices), indices: indices)
  }

  private func input(_ modality: Int, _ indices: [Int], _ epoch: Int) throws -> HostArray {
    let description = samples.modalities[modality].description
    return try HostArray(
      rows: indices.count, of: description.type, description.shape
    ) { rows in
      for (position, index) in indices.enumerated() {
        try rows.fill(position, from: samples.input(modality, ofSample: index)) { source, row in
          guard Finiteness.isFinite(source, description.type) else {
            throw samples.notFinite(modality, index)
          }
          if let augmenter = augmenters[modality] {
            var stream = RandomStream(
              seed: seed, "augment", "epoch \(epoch)", "sample \(index)", augmenter.name)
            augmenter.apply(to: source, into: row, &stream)
          } else {
            row.copyMemory(from: source)
          }
        }
      }
    }
  }
}
