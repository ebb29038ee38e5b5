// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseFormats

/// One batch in host memory, in the stored types.
public struct HostBatch: Sendable {
  /// The epoch it belongs to, from 0.
  public let epoch: Int
  /// Its place in the epoch, from 0.
  public let step: Int
  /// Which rows each worker has, where several take the batch in parts; nil where this one has all.
  public let parts: [Range<Int>]?
  /// One array per modality, [B, shape…], of this worker's rows; where samples have lengths of their own, as long as the
  /// longest of them.
  public let inputs: [HostArray]
  /// The classes, int64 [B]; of several labels 0 and 1, float32 [B, K]; of a regression its numbers in their own unit,
  /// float32 [B, T].
  public let labels: HostArray
  /// The samples' positions in the loader's samples.
  public let indices: [Int]
  /// For each modality the valid steps of each of this worker's rows; nil where all are valid in the whole batch.
  public let lengths: [[Int]?]
  /// For each modality whether each sample has it; nil where all have.
  public let present: [[Bool]?]

  package init(
    epoch: Int, step: Int, inputs: [HostArray], labels: HostArray, indices: [Int],
    lengths: [[Int]?]? = nil, present: [[Bool]?]? = nil, parts: [Range<Int>]? = nil
  ) {
    self.parts = parts
    self.lengths = lengths ?? inputs.map { _ in nil }
    self.present = present ?? inputs.map { _ in nil }
    self.epoch = epoch
    self.step = step
    self.inputs = inputs
    self.labels = labels
    self.indices = indices
  }
}
