// SPDX-License-Identifier: Apache-2.0
public import EquipoiseTorch

/// Where the valid steps of a batch's samples lie in a block's input or output.
public enum StepLayout {
  /// Every sample is a row, and its steps are the first positions of a dimension; what lies behind them is zero.
  case positions(StepLengths, axis: Int)
  /// The valid steps are rows and nothing else is: those of sample 0 first, then those of sample 1, and so on.
  case rows(StepRows)
  /// As many rows for each sample, of which the first are valid: for models in evaluation mode whose lengths the host
  /// does not know.
  case paddedRows(StepLengths)

  /// How many steps of each sample are valid.
  public var lengths: StepLengths {
    switch self {
    case .positions(let lengths, _), .paddedRows(let lengths): lengths
    case .rows(let rows): rows.lengths
    }
  }

  /// The mean of each channel over a sample's valid steps and over everything else but channels.
  ///
  /// - Parameters:
  ///   - output: laid out so.
  ///   - channelAxis: the dimension of `output` that holds the channels.
  /// - Returns: [B, C], in single precision where `output` has less.
  public func means(_ output: Tensor, channelAxis: Int) -> Tensor {
    let output = output.inFullPrecision()
    let counts = lengths.tensor.to(output.dtype).unsqueezed(1)
    let others = (1..<output.rank).filter { $0 != channelAxis }
    switch self {
    case .positions(_, let axis):
      let rest = others.filter { $0 != axis }
      let steps = output.sum(over: [axis], keeping: true)
      return (rest.isEmpty ? steps : steps.mean(over: rest, keeping: true))
        .reshaped([output.size(0), output.size(channelAxis)]) / counts
    case .rows(let rows):
      let means = others.isEmpty ? output : output.mean(over: others)
      // Not a matrix product, which a run in half precision would round.
      return means.sumsByLabel(rows.samples, classes: rows.host.count) / counts
    case .paddedRows(let lengths):
      let perSample = output.size(0) / lengths.count
      let means = others.isEmpty ? output : output.mean(over: others)
      let grouped = means.reshaped([-1, perSample, means.size(1)])
      return (grouped * lengths.mask(perSample, dtype: grouped.dtype, trailing: 1)).sum(over: [1])
        / counts
    }
  }

  /// A block's output with a dimension of steps behind that of samples and everything else in one: [B, T, n], zeros behind
  /// the valid steps.
  package func padded(_ output: Tensor) -> Tensor {
    switch self {
    case .positions(_, let axis):
      let moved = axis == 1 ? output : output.transposed(1, axis)
      return moved.reshaped([moved.size(0), moved.size(1), -1])
    case .rows(let rows): return rows.padded(output.reshaped([output.size(0), -1]))
    case .paddedRows(let lengths):
      return output.reshaped([lengths.count, output.size(0) / lengths.count, -1])
    }
  }

  /// How many rows of a block's output belong to the first samples, and how many to the rest.
  package func rows(_ samples: Int, of output: Tensor) -> [Int] {
    let first =
      switch self {
      case .positions: samples
      case .rows(let rows): rows.host.prefix(samples).reduce(0, +)
      case .paddedRows(let lengths): output.size(0) / lengths.count * samples
      }
    return [first, output.size(0) - first]
  }

  /// One row for each of a block's `rows`, of one for each sample: [B, …] → [rows, …].
  func repeated(_ perSample: Tensor, rows count: Int) -> Tensor {
    switch self {
    case .positions: perSample
    case .rows(let rows): perSample.gatheringRows(rows.samples)
    case .paddedRows(let lengths):
      perSample.repeatingElements(count / lengths.count, dimension: 0)
    }
  }
}
