// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Published spectrograms.
public enum SpectrogramVariant: String, ConfigurationChoice {
  /// OGM-GE on CREMA-D: log-STFT of 3 s at 22 050 Hz, window 512, hop 353: [1, 257, 188].
  case ogmGE = "ogm-ge"
  /// PMR on CREMA-D: log power density of 3 s at 16 kHz, standardised by recording: [1, 257, 299].
  case pmr
  /// The same over 10 s: [1, 257, 1004].
  case pmrTenSeconds = "pmr-10s"
  /// Diagnosing & Re-learning: 128 Kaldi filter banks at 16 kHz: [1, 128, 1024].
  case diagnosingRelearning = "d-and-r"
  /// OGM-GE on VGGSound: log-STFT of 5 s of the first 10 s at 16 kHz, window 256, hop 128: [1, 129, 626].
  case vggSound = "vggsound"

  /// Its constants.
  package var feature: SpectrogramFeature {
    switch self {
    case .ogmGE: .cremaDOGMGE()
    case .pmr: .cremaDPMR
    case .pmrTenSeconds: .tenSecondsPMR
    case .diagnosingRelearning: .diagnosingRelearning
    case .vggSound: .vggSoundOGMGE()
    }
  }
}
