// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseData
public import EquipoiseFormats
public import EquipoiseTorch

/// From a mono recording to a spectrogram [1, frequencies, frames]: the samples fitted, transformed, the
/// frames cut or filled up with zeros to a fixed number, the numbers standardised.
public struct SpectrogramFeature: Codable, Hashable, Sendable {
  /// What is computed from the samples.
  public enum Transform: Hashable, Sendable {
    /// ln(|X| + 10⁻⁷).
    case logMagnitude(STFT)
    /// ln(mel + 10⁻⁷) of so many of Slaney's filters over the power spectrum.
    case logMel(STFT, bands: Int)
    /// ln(power density + 10⁻⁷).
    case logPowerDensity(PowerDensity)
    /// Kaldi's filter banks, of the samples less their mean.
    case filterBank(KaldiFilterBank)
  }

  /// What is done to the numbers at last.
  public enum Standardisation: Hashable, Sendable {
    /// Nothing.
    case none
    /// (x − mean) / deviation, by given numbers.
    case fixed(mean: Double, deviation: Double)
    /// The same by the mean and standard deviation of each recording.
    case perRecording
  }

  // The names of the format.
  private enum CodingKeys: String, CodingKey {
    case sampleRate, fit, transform, frames, standardisation
  }

  /// The rate that recordings must have, in Hz.
  public let sampleRate: Int
  /// How a recording comes to its samples.
  public let fit: WaveformFit
  /// What is computed from the samples.
  public let transform: Transform
  /// The frames of the result.
  public let frames: Int
  /// What is done to the numbers at last.
  public let standardisation: Standardisation

  /// A feature.
  ///
  /// - Parameters:
  ///   - sampleRate: the rate that recordings must have, in Hz.
  ///   - fit: how a recording comes to its samples.
  ///   - transform: what is computed from the samples.
  ///   - frames: of the result.
  ///   - standardisation: what is done to the numbers at last.
  public init(
    sampleRate: Int, fit: WaveformFit, transform: Transform, frames: Int,
    standardisation: Standardisation = .none
  ) {
    precondition(frames >= 1 && sampleRate >= 1, "\(frames) frames at \(sampleRate) Hz")
    self.sampleRate = sampleRate
    self.fit = fit
    self.transform = transform
    self.frames = frames
    self.standardisation = standardisation
  }

  /// What a dataset says of it: float32 [1, frequencies, frames].
  public var description: ModalityDescription {
    ModalityDescription(
      kind: .spectrogram, shape: [1, transform.frequencies, frames], type: .float32)
  }

  /// The spectrogram of a recording.
  ///
  /// - Parameters:
  ///   - audio: [samples] at ``sampleRate``, in −1…1; what lies beyond is clipped.
  ///   - name: the recording's name, for the error.
  ///   - stream: draws the place of an excerpt.
  /// - Returns: float32 [1, frequencies, frames].
  /// - Throws: `EquipoiseError` for a recording that is empty, not finite or shorter than one frame.
  public func callAsFunction(
    _ audio: HostArray, of name: String, _ stream: inout RandomStream
  ) throws -> HostArray {
    let samples = audio.floats()
    guard audio.shape.count == 1, !samples.isEmpty, samples.allSatisfy(\.isFinite) else {
      throw EquipoiseError(
        .data, "the audio is \(samples.isEmpty ? "empty" : "not a row of finite numbers")",
        at: name,
        fix: "leave the recording out or replace it")
    }
    let fitted = fit(samples, &stream)
    guard fitted.count >= transform.leastSamples else {
      throw EquipoiseError(
        .data,
        "the audio has \(fitted.count) samples at \(sampleRate) Hz, but one frame takes "
          + "\(transform.leastSamples)", at: name, fix: "leave the recording out or replace it")
    }
    // Single precision leaves of a quiet frequency no four digits of a logarithm.
    let raw = transform(
      Tensor(fitted).to(.float64).clamped(low: -1, high: 1), sampleRate: sampleRate)
    let spectrogram = standardised(fittedFrames(raw))
    return HostArray(floats: spectrogram.floats(), shape: [1] + spectrogram.shape)
  }

  private func fittedFrames(_ spectrogram: Tensor) -> Tensor {
    let count = spectrogram.size(1)
    guard count < frames else { return spectrogram.slice(0..<frames, dimension: 1) }
    let rest = Tensor.zeros(
      [spectrogram.size(0), frames - count], dtype: spectrogram.dtype)
    return count == frames ? spectrogram : .concatenated([spectrogram, rest], dimension: 1)
  }

  private func standardised(_ spectrogram: Tensor) -> Tensor {
    switch standardisation {
    case .none: return spectrogram
    case .fixed(let mean, let deviation): return (spectrogram - mean) / deviation
    case .perRecording:
      let deviation = spectrogram.standardDeviation(over: [0, 1], correction: 0)
      return (spectrogram - spectrogram.mean()) / (deviation + 1e-9)
    }
  }
}

extension SpectrogramFeature.Transform {
  /// The rows of the result.
  package var frequencies: Int {
    switch self {
    case .logMagnitude(let transform): transform.bins
    case .logMel(_, let bands): bands
    case .logPowerDensity(let density): density.bins
    case .filterBank(let bank): bank.bands
    }
  }

  /// How many samples the first frame takes.
  fileprivate var leastSamples: Int {
    switch self {
    case .logMagnitude(let transform), .logMel(let transform, _):
      transform.padding == .zeros ? 1 : transform.size / 2 + 1
    case .logPowerDensity(let density): density.size
    case .filterBank(let bank): bank.size
    }
  }

  /// [samples] → [frequencies, frames].
  fileprivate func callAsFunction(_ signal: Tensor, sampleRate: Int) -> Tensor {
    switch self {
    case .logMagnitude(let transform): transform.logMagnitude(signal)
    case .logMel(let transform, let bands):
      MelFilterBank(bands: bands, size: transform.size, sampleRate: Double(sampleRate))
        .logMel(transform.power(signal))
    case .logPowerDensity(let density): (density(signal) + 1e-7).log()
    case .filterBank(let bank): bank(signal - signal.mean())
    }
  }
}
