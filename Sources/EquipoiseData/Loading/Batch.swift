// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One batch on the device, ready for the encoders.
public struct Batch {
  /// One tensor for each modality of the model, [B, shape…], normalised floating point, of a text the ids [B, L] as such
  /// numbers; zeros behind the valid steps of a sample, and where it lacks the modality. Where several workers take the
  /// batch in parts, of this worker's rows.
  public let inputs: [Tensor]
  /// The classes, int64 [B]; of several labels 0 and 1, float32 [B, K]; of a regression its numbers in their own unit,
  /// float32 [B, T].
  public let labels: Tensor
  /// The samples' positions in their split.
  public let indices: [Int]
  /// For each modality the valid steps of each row of the inputs; nil where all are valid.
  public let lengths: [StepLengths?]
  /// For each modality which samples have it; nil where all have.
  public let present: [RowPresence?]
  /// Which rows this worker has, where several take the batch in parts; nil where the inputs are of all rows. Labels,
  /// positions and who has a modality are of the whole batch.
  public let share: BatchShare?

  /// A batch.
  ///
  /// - Parameters:
  ///   - inputs: One tensor for each modality, [B, shape…].
  ///   - labels: The classes, int64 [B].
  ///   - indices: The samples' positions in their split.
  ///   - lengths: For each modality the valid steps; nil where all are valid.
  ///   - present: For each modality which samples have it; nil where all have.
  ///   - share: Which rows the inputs are, where several workers take the batch in parts.
  public init(
    inputs: [Tensor], labels: Tensor, indices: [Int], lengths: [StepLengths?]? = nil,
    present: [RowPresence?]? = nil, share: BatchShare? = nil
  ) {
    self.share = share
    self.lengths = lengths ?? inputs.map { _ in nil }
    self.present = present ?? inputs.map { _ in nil }
    self.inputs = inputs
    self.labels = labels
    self.indices = indices
  }

  /// The inputs with what of them is there.
  public var ragged: [RaggedBatch] {
    inputs.indices.map { index in
      let own = share?.having(present[index])
      return RaggedBatch(
        inputs[index], lengths: lengths[index],
        presence: own.map(\.ownPresence) ?? present[index], share: own)
    }
  }

  /// The same samples with other inputs of the same shapes.
  package func with(_ inputs: [Tensor]) -> Batch {
    Batch(
      inputs: inputs, labels: labels, indices: indices, lengths: lengths, present: present,
      share: share)
  }

  /// The number of samples.
  public var count: Int { indices.count }

  /// The number of samples in the inputs.
  package var ownCount: Int { share?.own.count ?? count }

  /// The most samples that any worker has in its inputs, which all know.
  package var largestPart: Int { share?.parts.map(\.count).max() ?? count }

  /// Whether some sample lacks a modality.
  public var isPartial: Bool { present.contains { $0 != nil } }

  /// The samples that have every modality; nil where all do.
  package var complete: RowPresence? { present.reduce(nil, RowPresence.common) }
}
