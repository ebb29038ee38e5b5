// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One batch on the device, ready for the encoders.
public struct Batch {
  /// One tensor for each modality of the model, [B, shape…], normalised floating point.
  public let inputs: [Tensor]
  /// The classes, int64 [B]; of several labels 0 and 1, float32 [B, K]; of a regression its numbers in their own unit,
  /// float32 [B, T].
  public let labels: Tensor
  /// The samples' positions in their split.
  public let indices: [Int]

  /// A batch.
  ///
  /// - Parameters:
  ///   - inputs: One tensor for each modality, [B, shape…].
  ///   - labels: The classes, int64 [B].
  ///   - indices: The samples' positions in their split.
  public init(inputs: [Tensor], labels: Tensor, indices: [Int]) {
    self.inputs = inputs
    self.labels = labels
    self.indices = indices
  }

  /// The number of samples.
  public var count: Int { indices.count }
}
