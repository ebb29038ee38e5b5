// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData
internal import EquipoiseFormats
internal import EquipoiseTorch

// The notes of datasets that the first version prepared. It wrote what Swift prints of a value, so that the names
// of its modules, types and properties are in the text; they are quoted here and bound to nothing.

extension FeatureRecord {
  /// The note of version 1.
  ///
  /// - Parameter description: what `dataset.json` says of the modality.
  /// - Returns: one line; nil for a feature that there was not.
  package func textOfVersion1(_ description: ModalityDescription) -> String? {
    switch self {
    case .frames(let sampling, let image): "video \(sampling.version1) \(image.version1)"
    case .image(let image): "image \(image.version1)"
    case .spectrogram(let spectrogram, let precision):
      "audio \(spectrogram.version1) \(precision.rawValue)"
    case .array(let array):
      "array \(description.kind.rawValue) \(description.type.rawValue)"
        + (array.key.map { " \($0)" } ?? "")
    case .flow(let sampling, let image, let computed):
      "flow \(sampling.version1) \(image.version1) "
        + (computed.map {
          "DISFlow(preset: Motion.DISFlow.Preset.medium) FlowLevels(bound: \($0.levels.bound))"
        } ?? "images")
    case .own, .text: nil
    }
  }
}

extension FrameSampling {
  fileprivate var version1: String {
    "FrameSampling(count: \(count), rate: \(rate.map { "Optional(\($0))" } ?? "nil"), "
      + "choice: Equipoise.FrameChoice.\(choice.rawValue))"
  }
}

extension ImageFeature {
  fileprivate var version1: String {
    let name = "Equipoise.ImageFeature.Fit"
    let fit =
      switch fit {
      case .stretched: "\(name).stretched"
      case .centred(let side): "\(name).centred(shorterSide: \(side))"
      }
    return "ImageFeature(height: \(height), width: \(width), fit: \(fit))"
  }
}

extension SpectrogramFeature {
  fileprivate var version1: String {
    "SpectrogramFeature(sampleRate: \(sampleRate), fit: \(fit.version1), "
      + "transform: \(transform.version1), frames: \(frames), "
      + "standardisation: \(standardisation.version1))"
  }
}

extension WaveformFit {
  fileprivate var version1: String {
    let name = "Equipoise.WaveformFit"
    return switch self {
    case .whole: "\(name).whole"
    case .tiled(let count): "\(name).tiled(\(count))"
    case .excerpt(let count, let from): "\(name).excerpt(\(count), from: \(from))"
    }
  }
}

extension SpectrogramFeature.Transform {
  fileprivate var version1: String {
    let name = "Equipoise.SpectrogramFeature.Transform"
    return switch self {
    case .logMagnitude(let stft): "\(name).logMagnitude(\(stft.version1))"
    case .logMel(let stft, let bands): "\(name).logMel(\(stft.version1), bands: \(bands))"
    case .logPowerDensity(let density):
      "\(name).logPowerDensity(Torch.PowerDensity(size: \(density.size), hop: \(density.hop), "
        + "sampleRate: \(density.sampleRate)))"
    case .filterBank(let bank):
      "\(name).filterBank(Torch.KaldiFilterBank(sampleRate: \(bank.sampleRate), bands: \(bank.bands), "
        + "window: Torch.KaldiFilterBank.Window.\(bank.window.rawValue), size: \(bank.size), "
        + "hop: \(bank.hop)))"
    }
  }
}

extension STFT {
  fileprivate var version1: String {
    "Torch.STFT(size: \(size), hop: \(hop), padding: Torch.STFT.Padding.\(padding.rawValue))"
  }
}

extension SpectrogramFeature.Standardisation {
  fileprivate var version1: String {
    let name = "Equipoise.SpectrogramFeature.Standardisation"
    return switch self {
    case .none: "\(name).none"
    case .fixed(let mean, let deviation):
      "\(name).fixed(mean: \(mean), deviation: \(deviation))"
    case .perRecording: "\(name).perRecording"
    }
  }
}
