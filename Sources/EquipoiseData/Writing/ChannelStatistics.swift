// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Mean and standard deviation of each channel over the samples it has seen.
struct ChannelStatistics {
  private let modality: ModalityDescription
  private var count = 0
  /// Sums of the numbers and of their squares, less `origin`, which keeps the digits of numbers
  /// that lie far from zero.
  private var sums: [Double]
  private var squares: [Double]
  private var origin: [Double]?

  init(_ modality: ModalityDescription) {
    self.modality = modality
    sums = [Double](repeating: 0, count: modality.channels)
    squares = sums
  }

  /// Takes one sample into account.
  mutating func add(_ sample: HostArray) {
    let values = sample.floats()
    let inner = modality.shape[(modality.kind.channelAxis + 1)...].reduce(1, *)
    let channels = modality.channels
    let unit = modality.type == .uint8 ? 1 / 255.0 : 1
    let origin = origin ?? (0..<channels).map { Double(values[$0 * inner]) * unit }
    self.origin = origin
    for block in 0..<values.count / inner {
      let channel = block % channels
      var (sum, square) = (0.0, 0.0)
      for value in values[block * inner..<(block + 1) * inner] {
        let shifted = Double(value) * unit - origin[channel]
        sum += shifted
        square += shifted * shifted
      }
      sums[channel] += sum
      squares[channel] += square
    }
    count += values.count / channels
  }

  /// The mean of each channel.
  var mean: [Double] {
    zip(sums, origin ?? sums).map { $1 + $0 / Double(max(1, count)) }
  }

  /// The standard deviation of each channel; 1 for a channel that never changes, which division
  /// must leave as it is.
  var std: [Double] {
    zip(sums, squares).map { sum, square in
      let mean = sum / Double(max(1, count))
      let variance = max(0, square / Double(max(1, count)) - mean * mean)
      return variance > 1e-12 ? variance.squareRoot() : 1
    }
  }
}
