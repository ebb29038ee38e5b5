// SPDX-License-Identifier: Apache-2.0

/// A batch of samples of which some may be shorter than others, or absent.
public struct RaggedBatch {
  /// [B, shape…]; zeros behind the valid steps of a row and in absent rows.
  public let tensor: Tensor
  /// How many steps of each row are valid; nil where all are.
  public let lengths: StepLengths?
  /// Which rows are there; nil where all are.
  public let presence: RowPresence?
  /// Which rows of a larger batch these are, where several workers take it in parts.
  public let share: BatchShare?

  /// A batch; without more than a tensor everything in it is there.
  public init(
    _ tensor: Tensor, lengths: StepLengths? = nil, presence: RowPresence? = nil,
    share: BatchShare? = nil
  ) {
    (self.tensor, self.lengths, self.presence) = (tensor, lengths, presence)
    self.share = share
  }

  /// The number of rows.
  public var count: Int { tensor.size(0) }

  /// The same rows with zeros behind, so that there are `steps` of them; as they are where there are more.
  public func padded(to steps: Int) -> RaggedBatch {
    let missing = steps - tensor.size(1)
    guard missing > 0 else { return self }
    let zeros = Tensor.zeros(
      [count, missing] + tensor.shape.dropFirst(2), dtype: tensor.dtype, device: tensor.device)
    return with(.concatenated([tensor, zeros], dimension: 1))
  }

  /// The same rows with other numbers of the same shape.
  public func with(_ tensor: Tensor) -> RaggedBatch {
    RaggedBatch(tensor, lengths: lengths, presence: presence, share: share)
  }
}

extension RaggedBatch {
  /// The rows that are there, all of which are; all rows where the device alone knows which are.
  public var present: RaggedBatch {
    guard let presence else { return self }
    guard presence.isKnown else { return RaggedBatch(tensor, lengths: lengths) }
    return RaggedBatch(
      presence.gathered(tensor), lengths: lengths?.rows(presence.rows, at: presence.index))
  }
}
