// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Triangular filters at equal distances on the mel scale, as librosa builds them.
public struct MelFilterBank {
  /// What a mel is.
  public enum Scale: String, Sendable {
    /// Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above; librosa's default.
    case slaney
    /// 2595 log₁₀(1 + f / 700).
    case htk
  }

  /// One filter in each row: [bands, bins].
  public let weights: Tensor

  /// A filter bank; each filter has the area of Slaney's convention, 2 / (its width in Hz) high.
  ///
  /// - Parameters:
  ///   - bands: the number of filters.
  ///   - size: n of the transform; there are n/2 + 1 bins.
  ///   - sampleRate: of the signal, in Hz.
  ///   - low: where the first filter starts, in Hz.
  ///   - high: where the last one ends, in Hz; half the sample rate if left out.
  ///   - scale: what a mel is.
  public init(
    bands: Int, size: Int, sampleRate: Double, low: Double = 0, high: Double? = nil,
    scale: Scale = .slaney
  ) {
    let high = high ?? sampleRate / 2
    precondition(
      bands >= 1 && size >= 2 && 0 <= low && low < high && high <= sampleRate / 2,
      "\(bands) mel filters from \(low) to \(high) Hz at \(sampleRate) Hz")
    let (first, last) = (scale.mel(low), scale.mel(high))
    let edges = (0..<bands + 2).map {
      scale.hertz(first + (last - first) * Double($0) / Double(bands + 1))
    }
    let frequencies = (0...size / 2).map { Double($0) * sampleRate / Double(size) }
    let rows = (0..<bands).flatMap { band in
      frequencies.map { Float(Self.weight(at: $0, Array(edges[band...band + 2]))) }
    }
    weights = Tensor(rows, shape: [bands, frequencies.count])
  }

  /// A triangle over three edges, of unit area.
  private static func weight(at frequency: Double, _ edges: [Double]) -> Double {
    let rise = (frequency - edges[0]) / (edges[1] - edges[0])
    let fall = (edges[2] - frequency) / (edges[2] - edges[1])
    return max(0, min(rise, fall)) * 2 / (edges[2] - edges[0])
  }

  /// Filters a power spectrogram: [*, bins, frames] → [*, bands, frames].
  public func callAsFunction(_ power: Tensor) -> Tensor {
    weights.to(power.device, dtype: power.dtype).matmul(power)
  }

  /// log(mel + 10⁻⁷) of a power spectrogram: [*, bins, frames] → [*, bands, frames].
  public func logMel(_ power: Tensor) -> Tensor { (self(power) + 1e-7).log() }
}

extension MelFilterBank.Scale {
  /// Slaney's scale has 200/3 Hz to a mel below 1 kHz and a factor 6.4 in 27 mels above.
  private static let linearStep = 200.0 / 3
  private static let bend = 1000.0
  private static let logarithmicStep = log(6.4) / 27

  /// Mels of a frequency in Hz.
  func mel(_ hertz: Double) -> Double {
    switch self {
    case .htk: 2595 * log10(1 + hertz / 700)
    case .slaney where hertz < Self.bend: hertz / Self.linearStep
    case .slaney: Self.bend / Self.linearStep + log(hertz / Self.bend) / Self.logarithmicStep
    }
  }

  /// The frequency in Hz of a number of mels.
  func hertz(_ mel: Double) -> Double {
    let bend = Self.bend / Self.linearStep
    return switch self {
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    case .slaney where mel < bend: mel * Self.linearStep
    case .slaney: Self.bend * exp((mel - bend) * Self.logarithmicStep)
    }
  }
}
