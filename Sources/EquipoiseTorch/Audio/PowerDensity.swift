// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The spectrogram of `scipy.signal.spectrogram` with its defaults: frames only where they lie inside
/// the signal, the mean taken off each, Tukey's window of shape ¼, one-sided power density.
public struct PowerDensity: Sendable, Hashable, Codable {
  // The names of the format of prepared datasets.
  private enum CodingKeys: String, CodingKey { case size, hop, sampleRate }

  /// The samples of a frame, n, which is even; there are n/2 + 1 frequencies.
  public let size: Int
  /// The samples from one frame to the next: SciPy's `nperseg − noverlap`.
  public let hop: Int
  /// Samples per second.
  public let sampleRate: Int

  /// A spectrogram.
  ///
  /// - Parameters:
  ///   - size: the samples of a frame, an even number.
  ///   - overlap: the samples that neighbouring frames share.
  ///   - sampleRate: of the signal, in Hz.
  public init(size: Int, overlap: Int, sampleRate: Int) {
    precondition(
      size >= 2 && size.isMultiple(of: 2) && (0..<size).contains(overlap) && sampleRate >= 1,
      "power density of \(size) samples that share \(overlap) at \(sampleRate) Hz")
    self.size = size
    hop = size - overlap
    self.sampleRate = sampleRate
  }

  /// The number of frequencies, n/2 + 1.
  public var bins: Int { size / 2 + 1 }

  /// The number of frames of a signal: 1 + ⌊(samples − n) / hop⌋, or 0 for less than one frame.
  public func frames(_ samples: Int) -> Int { samples < size ? 0 : 1 + (samples - size) / hop }

  /// Power per Hz: [samples] of at least n → [bins, frames].
  public func callAsFunction(_ signal: Tensor) -> Tensor {
    precondition(
      signal.rank == 1 && signal.size(0) >= size && signal.dtype.isFloatingPoint,
      "power density of \(signal.dtype)\(signal.shape)")
    let raw = signal.frames(of: size, every: hop)
    let window = (0..<size).map(tukey)
    let magnitude =
      ((raw - raw.mean(over: [1], keeping: true))
      * Tensor(window).to(signal.device, dtype: signal.dtype)).fourierMagnitude(size: size)
    // The negative frequencies' power is added to all that have one.
    let unit = 1 / (Double(sampleRate) * window.reduce(0) { $0 + $1 * $1 })
    let scales = (0..<bins).map { $0 == 0 || $0 == size / 2 ? unit : 2 * unit }
    let scale = Tensor(scales).to(signal.device, dtype: signal.dtype)
    return (magnitude * magnitude * scale).transposed(0, 1)
  }

  /// A cosine over the first and last eighth, 1 between; periodic.
  private func tukey(_ index: Int) -> Double {
    let place = 2 * Double(index) / (0.25 * Double(size))
    let last = 2 / 0.25
    if place < 1 { return 0.5 * (1 + cos(.pi * (place - 1))) }
    if place > last - 1 { return 0.5 * (1 + cos(.pi * (place - last + 1))) }
    return 1
  }
}
