// SPDX-License-Identifier: Apache-2.0

/// Valid steps as rows, those of a sample together.
public struct StepRows {
  /// The valid steps of each sample.
  public let lengths: StepLengths
  /// The same on the host.
  package let host: [Int]
  /// The sample that each row is of, int64 [rows].
  package let samples: Tensor

  /// Rows of lengths that the host knows.
  public init(_ lengths: StepLengths) {
    guard let host = lengths.host else {
      preconditionFailure("rows of lengths unknown to the host")
    }
    (self.lengths, self.host) = (lengths, host)
    let samples = host.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    self.samples = Tensor(samples, shape: [samples.count]).sent(to: lengths.tensor.device)
  }

  /// The valid steps of a batch [B, T, …] as rows, [rows, …].
  package func gathered(_ batch: Tensor) -> Tensor {
    let steps = batch.size(1)
    let places = host.enumerated().flatMap { sample, length in
      (0..<length).map { sample * steps + $0 }
    }
    return batch.reshaped([-1] + batch.shape.dropFirst(2))
      .gatheringRows(Tensor(places, shape: [places.count]).sent(to: batch.device))
  }

  /// Where the rows of some samples are among all, int64.
  package func places(of samples: [Int]) -> Tensor {
    var starts = [0]
    for length in host { starts.append((starts.last ?? 0) + length) }
    let places = samples.flatMap { Array(starts[$0]..<starts[$0 + 1]) }
    return Tensor(places, shape: [places.count]).sent(to: lengths.tensor.device)
  }

  /// Rows [rows, n] as [B, T, n] of the longest sample's T steps, with zeros behind.
  package func padded(_ rows: Tensor) -> Tensor {
    let (steps, zero) = (host.max() ?? 1, rows.size(0))
    var next = 0
    let places = host.flatMap { length in
      defer { next += length }
      return (0..<steps).map { $0 < length ? next + $0 : zero }
    }
    let zeros = Tensor.zeros([1, rows.size(1)], dtype: rows.dtype, device: rows.device)
    return Tensor.concatenated([rows, zeros], dimension: 0)
      .gatheringRows(Tensor(places, shape: [places.count]).sent(to: rows.device))
      .reshaped([host.count, steps, rows.size(1)])
  }
}
