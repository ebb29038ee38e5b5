// SPDX-License-Identifier: Apache-2.0

/// How many steps of each row of a batch of sequences are valid, from 1 on; what lies behind them is padding.
public struct StepLengths {
  /// int64 [B], on the batch's device.
  public let tensor: Tensor
  /// The same numbers on the host; nil where they are known on the device alone, as while a model is recorded for
  /// export.
  public let host: [Int]?

  /// Lengths that the host knows.
  ///
  /// - Parameters:
  ///   - lengths: One for each row.
  ///   - device: Where the batch is.
  public init(_ lengths: [Int], device: Device = .cpu) {
    precondition(lengths.allSatisfy { $0 > 0 }, "lengths of no step: \(lengths)")
    host = lengths
    tensor = Tensor(lengths, shape: [lengths.count]).sent(to: device)
  }

  /// Lengths that are known on the device alone, int64 [B].
  public init(onDevice tensor: Tensor) { (self.tensor, host) = (tensor, nil) }

  private init(_ tensor: Tensor, _ host: [Int]?) { (self.tensor, self.host) = (tensor, host) }

  /// The number of rows.
  public var count: Int { tensor.size(0) }

  /// Which of `steps` positions are valid: true and false, [B, steps].
  public func positions(_ steps: Int) -> Tensor {
    tensor.unsqueezed(1).greater(than: .range(steps, device: tensor.device))
  }

  /// The same as 1 and 0 of a type, with `trailing` dimensions of 1 behind: [B, steps, 1…].
  public func mask(_ steps: Int, dtype: DType, trailing: Int = 0) -> Tensor {
    let mask = positions(steps).to(dtype)
    return trailing == 0 ? mask : mask.reshaped([-1, steps] + [Int](repeating: 1, count: trailing))
  }

  /// What windows of two neighbours leave of each row: half of the steps, and at least one.
  public var halved: StepLengths {
    StepLengths(
      tensor.floorDivided(by: 2).clamped(toAtLeast: 1), host.map { $0.map { max(1, $0 / 2) } })
  }

  /// What windows leave of each row that lie inside its valid steps: ⌊(length − kernel) / stride⌋ + 1, and at least one.
  public func windows(kernel: Int, stride: Int) -> StepLengths {
    let shift = Tensor([stride - kernel], shape: [1]).sent(to: tensor.device)
    return StepLengths(
      (tensor + shift).clamped(toAtLeast: stride).floorDivided(by: stride),
      host.map { $0.map { max(1, ($0 - kernel + stride) / stride) } })
  }

  /// These rows and then those of `other`.
  public func appending(_ other: StepLengths) -> StepLengths {
    StepLengths(
      .concatenated([tensor, other.tensor], dimension: 0),
      host.flatMap { own in other.host.map { own + $0 } })
  }

  /// Consecutive rows.
  public func slice(_ rows: Range<Int>) -> StepLengths {
    StepLengths(tensor.slice(rows), host.map { Array($0[rows]) })
  }

  /// The rows at some places.
  ///
  /// - Parameters:
  ///   - rows: The places.
  ///   - index: The same on the device, int64.
  /// - Returns: Their lengths.
  public func rows(_ rows: [Int], at index: Tensor) -> StepLengths {
    StepLengths(tensor.gatheringRows(index), host.map { own in rows.map { own[$0] } })
  }
}
