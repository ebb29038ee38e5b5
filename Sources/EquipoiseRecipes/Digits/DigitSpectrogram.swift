// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
internal import EquipoiseTorch

/// A recording as a square of log-mel powers: `size` bands from 0 to 4 kHz by `size` frames.
struct DigitSpectrogram {
  private let size: Int
  private let transform: STFT
  private let filters: MelFilterBank
  private let length: Int

  init(_ options: DigitsOptions) {
    size = options.size
    let hop = max(
      1, Int((options.seconds * Double(DigitsSource.sampleRate) / Double(size)).rounded()))
    transform = STFT(size: options.window, hop: hop)
    // As many samples as give `size` frames: 1 + ⌊samples / hop⌋.
    length = (size - 1) * hop
    filters = MelFilterBank(
      bands: size, size: options.window, sampleRate: Double(DigitsSource.sampleRate))
  }

  /// [size · size] numbers, band by band from the lowest.
  ///
  /// The recording's loudest sample becomes 1: speakers differ tenfold in loudness, which would
  /// else be what tells training from test.
  func callAsFunction(_ samples: [Float]) -> [Float] {
    let peak = samples.reduce(0) { max($0, abs($1)) }
    let kept = samples.prefix(length).map { peak > 0 ? $0 / peak : 0 }
    let padded = kept + [Float](repeating: 0, count: length - kept.count)
    return filters.logMel(transform.power(Tensor(padded))).floats()
  }
}
