// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import EquipoiseTorch

/// Copies the rows of a batch out of the mapped files, augmenting them on the way.
struct BatchGatherer: Sendable {
  private let samples: Samples
  private let seed: UInt64
  /// One per modality; nil where nothing is changed.
  private let augmenters: [SampleAugmenter?]
  /// nil where nothing is left out.
  private let dropout: ModalityDropout?

  init(_ samples: Samples, _ options: LoaderOptions) throws {
    self.samples = samples
    seed = options.seed
    let known = samples.modalities.map(\.name)
    for name in options.augmentation.keys.sorted() where !known.contains(name) {
      throw EquipoiseError(
        .configuration, "there is no modality '\(name)' to augment", at: "augmentation.\(name)",
        fix: Nearest.hint(name, in: known))
    }
    dropout = ModalityDropout(samples.modalities, options)
    augmenters = try samples.modalities.map { modality in
      try options.augmentation[modality.name].flatMap { try SampleAugmenter(modality, $0) }
    }
  }

  /// The batch of the samples at `whole`, of whose inputs a worker reads its part alone.
  func batch(
    _ whole: [Int], epoch: Int, step: Int, share: LoaderShare? = nil
  ) throws -> HostBatch {
    let present = present(whole, epoch)
    let parts = share.flatMap { Self.parts(of: whole.count, present, $0) }
    let rows = share.flatMap { share in parts?[share.rank] } ?? 0..<whole.count
    let indices = Array(whole[rows])
    let inputs = try samples.modalities.indices.map { modality in
      try samples.isRagged(modality)
        ? raggedInput(modality, indices, epoch) : input(modality, indices, epoch)
    }
    // Afterwards: what was read from a file that is whole now was whole then.
    for shard in Set(indices.map { samples.locations[$0].shard }) {
      try samples.shards[Int(shard)].checkWhole()
    }
    return HostBatch(
      epoch: epoch, step: step, inputs: inputs,
      labels: samples.answers(whole), indices: whole,
      lengths: samples.modalities.indices.map { modality in
        samples.batchLengths(modality, whole).map { Array($0[rows]) }
      }, present: present, parts: parts)
  }

  /// The rows of each worker; nil where one would have too few, or too few that have a modality which others have: then
  /// each takes all.
  private static func parts(
    of rows: Int, _ present: [[Bool]?], _ share: LoaderShare
  ) -> [Range<Int>]? {
    let parts = BatchShare.parts(of: rows, among: share.count)
    guard parts.allSatisfy({ $0.count >= share.leastRows }) else { return nil }
    let isUsable = present.allSatisfy { column in
      guard let column, column.contains(true) else { return true }
      return parts.allSatisfy { column[$0].count { $0 } >= share.leastRows }
    }
    return isUsable ? parts : nil
  }

  /// For each modality which samples have it; nil where all have.
  private func present(_ indices: [Int], _ epoch: Int) -> [[Bool]?] {
    let own = samples.modalities.indices.map { samples.batchPresence($0, indices) }
    guard let dropout else { return own }
    let rows = indices.enumerated().map { position, index in
      dropout.left(of: own.map { $0?[position] ?? true }, sample: index, epoch: epoch)
    }
    return samples.modalities.indices.map { modality in
      let column = rows.map { $0[modality] }
      return column.allSatisfy(\.self) ? nil : column
    }
  }

  private func input(_ modality: Int, _ indices: [Int], _ epoch: Int) throws -> HostArray {
    let description = samples.modalities[modality].description
    return try HostArray(
      rows: indices.count, of: description.type, description.shape
    ) { rows in
      for (position, index) in indices.enumerated() {
        try rows.fill(position, from: samples.input(modality, ofSample: index)) { source, row in
          try copy(modality, index, epoch, steps: nil, from: source, to: row)
        }
      }
    }
  }

  /// As long as the longest of these samples, with zeros behind the valid steps of each and for samples that lack the
  /// modality.
  private func raggedInput(_ modality: Int, _ indices: [Int], _ epoch: Int) throws -> HostArray {
    let description = samples.modalities[modality].description
    let hasLengths = samples.lengths[modality] != nil
    let shape = [samples.longest(modality, indices)] + description.shape.dropFirst()
    return try HostArray(type: description.type, shape: [indices.count] + shape) { bytes in
      let width = bytes.count / max(1, indices.count)
      for (position, index) in indices.enumerated() {
        guard let valid = samples.valid(modality, ofSample: index) else { continue }
        let start = position * width
        let row = UnsafeMutableRawBufferPointer(
          rebasing: bytes[start..<start + valid.byteCount])
        try valid.withUnsafeBytes { source in
          try copy(
            modality, index, epoch, steps: hasLengths ? valid.shape[0] : nil, from: source, to: row)
        }
      }
    }
  }

  /// One sample, of which only `steps` are there where that is given.
  private func copy(
    _ modality: Int, _ index: Int, _ epoch: Int, steps: Int?, from source: UnsafeRawBufferPointer,
    to row: UnsafeMutableRawBufferPointer
  ) throws {
    guard Finiteness.isFinite(source, samples.modalities[modality].description.type) else {
      throw samples.notFinite(modality, index)
    }
    guard let augmenter = augmenters[modality] else { return row.copyMemory(from: source) }
    var stream = RandomStream(
      seed: seed, "augment", "epoch \(epoch)", "sample \(index)", augmenter.name)
    augmenter.apply(to: source, into: row, steps: steps, &stream)
  }
}
