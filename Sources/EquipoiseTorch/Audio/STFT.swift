// SPDX-License-Identifier: Apache-2.0
/// The short-time Fourier transform by librosa's conventions: frames centred on multiples of `hop`,
/// periodic Hann window w_k = ½ − ½ cos(2πk / n).
public struct STFT: Sendable, Hashable, Codable {
  // The names of the format of prepared datasets.
  private enum CodingKeys: String, CodingKey { case size, hop, padding }

  /// What lies beyond the ends of the signal.
  public enum Padding: String, Codable, Sendable {
    /// Zeros: librosa from 0.9 on.
    case zeros
    /// The signal mirrored at its first and last sample: librosa before 0.9. Needs more than n/2 samples.
    case reflection
  }

  /// n, the samples of a frame; there are n/2 + 1 frequencies.
  public let size: Int
  /// The samples from one frame to the next.
  public let hop: Int
  /// What lies beyond the ends of the signal.
  public let padding: Padding

  /// A transform.
  ///
  /// - Parameters:
  ///   - size: the samples of a frame.
  ///   - hop: the samples from one frame to the next.
  ///   - padding: what lies beyond the ends of the signal.
  public init(size: Int, hop: Int, padding: Padding = .zeros) {
    precondition(size >= 2 && hop >= 1, "STFT of size \(size) with hop \(hop)")
    self.size = size
    self.hop = hop
    self.padding = padding
  }

  /// The number of frequencies, n/2 + 1.
  public var bins: Int { size / 2 + 1 }

  /// The number of frames of a signal: 1 + ⌊samples / hop⌋.
  public func frames(_ samples: Int) -> Int { 1 + samples / hop }

  /// |X|: [*, samples] → [*, bins, frames].
  public func magnitude(_ signal: Tensor) -> Tensor {
    precondition(
      signal.rank >= 1 && signal.dtype.isFloatingPoint
        && signal.size(-1) > (padding == .zeros ? 0 : size / 2),
      "STFT of \(signal.dtype)\(signal.shape)")
    let window = Operator.hann(
      .int(size), .dtype(signal.dtype), .none, .device(signal.device))
    let rows = signal.reshaped([-1, signal.size(-1)])
    let spectrum = Operator.stft(
      .tensor(rows), .int(size), .int(hop), .int(size), .tensor(window), .bool(true),
      .string(padding == .zeros ? "constant" : "reflect"), .bool(false), .bool(true), .bool(true))
    return spectrum.magnitude()
      .reshaped(signal.shape.dropLast() + [bins, frames(signal.size(-1))])
  }

  /// |X|²: [*, samples] → [*, bins, frames].
  public func power(_ signal: Tensor) -> Tensor {
    let magnitude = magnitude(signal)
    return magnitude * magnitude
  }

  /// log(|X| + 10⁻⁷), the spectrogram of OGM-GE: [*, samples] → [*, bins, frames].
  public func logMagnitude(_ signal: Tensor) -> Tensor { (magnitude(signal) + 1e-7).log() }
}

extension Operator {
  fileprivate static let hann = Operator("aten::hann_window")
  fileprivate static let stft = Operator("aten::stft", "center")
}
