// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Kaldi's logarithmic mel filter banks, as `torchaudio.compliance.kaldi.fbank` computes them without
/// dither: frames only where they lie inside the signal, the mean taken off each, pre-emphasis, a
/// window, the power spectrum at the next power of two, triangles on the mel scale, ln.
public struct KaldiFilterBank: Sendable, Hashable, Codable {
  // The names of the format of prepared datasets.
  private enum CodingKeys: String, CodingKey { case sampleRate, bands, window, size, hop }

  /// What a frame is multiplied by; both end in zeros on both sides.
  public enum Window: String, Codable, Sendable {
    /// ½ − ½ cos(2πk / (n − 1)).
    case hanning
    /// The same to the power 0.85: Kaldi's default.
    case povey
  }

  /// Samples per second.
  public let sampleRate: Int
  /// The number of filters.
  public let bands: Int
  /// What a frame is multiplied by.
  public let window: Window
  /// Samples of a frame: 25 ms.
  public let size: Int
  /// Samples from one frame to the next: 10 ms.
  public let hop: Int

  /// Kaldi's defaults: pre-emphasis, where the first filter starts in Hz, and the least energy.
  private static let preemphasis = 0.97
  private static let low = 20.0
  private static let floor = Double(Float.ulpOfOne)

  /// A filter bank from 20 Hz to half the sample rate, with frames of 25 ms every 10 ms.
  ///
  /// - Parameters:
  ///   - bands: the number of filters.
  ///   - sampleRate: of the signal, in Hz.
  ///   - window: what a frame is multiplied by.
  public init(bands: Int, sampleRate: Int, window: Window = .povey) {
    precondition(
      bands >= 1 && sampleRate >= 400, "\(bands) Kaldi filters at \(sampleRate) Hz")
    self.bands = bands
    self.sampleRate = sampleRate
    self.window = window
    size = sampleRate * 25 / 1000
    hop = sampleRate / 100
  }

  /// The number of frames of a signal: 1 + ⌊(samples − size) / hop⌋, or 0 for less than one frame.
  public func frames(_ samples: Int) -> Int { samples < size ? 0 : 1 + (samples - size) / hop }

  /// ln max(energy, 2⁻²³): [samples] of at least ``size`` → [bands, frames].
  public func callAsFunction(_ signal: Tensor) -> Tensor {
    precondition(
      signal.rank == 1 && signal.size(0) >= size && signal.dtype.isFloatingPoint,
      "Kaldi filter bank of \(signal.dtype)\(signal.shape)")
    let raw = signal.frames(of: size, every: hop)
    let centred = raw - raw.mean(over: [1], keeping: true)
    // Before the first sample of a frame stands that sample itself.
    let previous = Tensor.concatenated(
      [centred.slice(0..<1, dimension: 1), centred.slice(0..<size - 1, dimension: 1)], dimension: 1)
    let shape = windowShape.to(signal.device, dtype: signal.dtype)
    let magnitude = ((centred - previous * Self.preemphasis) * shape)
      .fourierMagnitude(size: transformSize)
    let filters = weights.to(signal.device, dtype: signal.dtype)
    return filters.matmul((magnitude * magnitude).transposed(0, 1)).clamped(low: Self.floor).log()
  }

  /// The power of two from ``size`` on.
  private var transformSize: Int {
    var power = 1
    while power < size { power *= 2 }
    return power
  }

  private var windowShape: Tensor {
    let exponent = window == .povey ? 0.85 : 1
    return Tensor(
      (0..<size).map { pow(0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size - 1)), exponent) })
  }

  /// Triangles that are straight on the mel scale: [bands, transformSize/2 + 1].
  private var weights: Tensor {
    let (first, last) = (Self.mel(Self.low), Self.mel(Double(sampleRate) / 2))
    let width = (last - first) / Double(bands + 1)
    let bins = transformSize / 2
    let mels = (0...bins).map { Self.mel(Double($0 * sampleRate) / Double(transformSize)) }
    let rows = (0..<bands).flatMap { band in
      let peak = first + Double(band + 1) * width
      // Kaldi leaves out the highest frequency.
      return mels.enumerated().map { $0 == bins ? 0 : max(0, 1 - abs($1 - peak) / width) }
    }
    return Tensor(rows, shape: [bands, bins + 1])
  }

  private static func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
}
