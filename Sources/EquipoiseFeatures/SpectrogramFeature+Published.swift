// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// The constants of published preprocessing. Frequencies come before frames, whatever the original.
extension SpectrogramFeature {
  /// CREMA-D of OGM-GE (Peng et al., CVPR 2022): 3 s at 22 050 Hz, shorter recordings repeated, window
  /// 512 and hop 353: [1, 257, 188].
  ///
  /// - Parameter padding: zeros as librosa from 0.9 on, which the authors' code leaves open.
  /// - Returns: the feature.
  public static func cremaDOGMGE(padding: STFT.Padding = .zeros) -> SpectrogramFeature {
    SpectrogramFeature(
      sampleRate: 22_050, fit: .tiled(66_150),
      transform: .logMagnitude(STFT(size: 512, hop: 353, padding: padding)), frames: 188)
  }

  /// CREMA-D of PMR (Fan et al., CVPR 2023): SciPy's spectrogram of 3 s at 16 kHz with frames of 512
  /// samples that share 353, standardised by recording: [1, 257, 299].
  ///
  /// The rate follows from the size that the authors' comments state; shorter recordings are repeated.
  public static let cremaDPMR = powerDensity(seconds: 3, frames: 299)

  /// The same over 10 s, as PMR's script makes it: [1, 257, 1004].
  public static let tenSecondsPMR = powerDensity(seconds: 10, frames: 1004)

  /// Diagnosing & Re-learning (Wei et al., ECCV 2024), for CREMA-D and Kinetics-Sounds: 128 Kaldi
  /// filter banks at 16 kHz with Hanning's window, 1024 frames, standardised by the constants of the
  /// audio spectrogram transformer: [1, 128, 1024]. The original has frames before frequencies.
  public static let diagnosingRelearning = SpectrogramFeature(
    sampleRate: 16_000, fit: .whole,
    transform: .filterBank(KaldiFilterBank(bands: 128, sampleRate: 16_000, window: .hanning)),
    frames: 1024, standardisation: .fixed(mean: -4.503877, deviation: 2 * 5.141276))

  /// VGGSound of OGM-GE: 5 s at 16 kHz from a random place in the first 10 s, to which shorter
  /// recordings are repeated, window 256 and hop 128: [1, 129, 626].
  ///
  /// - Parameter padding: zeros as librosa from 0.9 on, which the authors' code leaves open.
  /// - Returns: the feature.
  public static func vggSoundOGMGE(padding: STFT.Padding = .zeros) -> SpectrogramFeature {
    SpectrogramFeature(
      sampleRate: 16_000, fit: .excerpt(80_000, from: 160_000),
      transform: .logMagnitude(STFT(size: 256, hop: 128, padding: padding)), frames: 626)
  }

  private static func powerDensity(seconds: Int, frames: Int) -> SpectrogramFeature {
    SpectrogramFeature(
      sampleRate: 16_000, fit: .tiled(seconds * 16_000),
      transform: .logPowerDensity(PowerDensity(size: 512, overlap: 353, sampleRate: 16_000)),
      frames: frames, standardisation: .perRecording)
  }
}

extension STFT {
  /// Window 512 and hop 440, of the preprocessing tool for audio-visual data that several
  /// Kinetics-Sounds loaders were made for.
  public static let audioVisualTool = STFT(size: 512, hop: 440)
}
