// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Settings of the spoken and written digits.
public struct DigitsOptions: ConfigurationSection {
  /// Which recordings are for training, validation and test.
  public var split = DigitsSplit.official
  /// Speakers to learn from; only for `split: speaker`, as the next two.
  public var trainSpeakers = ["george", "jackson", "lucas"]
  /// Speakers for validation.
  public var validationSpeakers = ["nicolas"]
  /// Speakers to test on.
  public var testSpeakers = ["theo", "yweweler"]
  /// With how many different images each recording is paired.
  public var imagesPerRecording = 1
  /// Height and width of spectrogram and image.
  public var size = 64
  /// The seconds of a recording that the spectrogram shows; shorter ones end in silence.
  public var seconds = 0.512
  /// Samples of a frame of the spectrogram, at 8 kHz.
  public var window = 256
  /// To how many pixels each way the images are averaged before they are enlarged to `size`; 28
  /// keeps all.
  public var pixels = 28
  /// The share of the training images' variance that is kept, by their leading principal
  /// components at full resolution; 1 keeps all.
  public var pcaEnergy = 1.0
  /// Standard deviation of noise added to the pixels, which lie in [0, 1].
  public var visualNoise = 0.0
  /// Standard deviation of noise added to the spectrogram, in natural logarithms of power.
  public var audioNoise = 0.0
  /// The seed of the noise.
  public var seed = 0

  /// The defaults.
  public init() {}
}

/// Which recordings are for training, validation and test.
public enum DigitsSplit: String, ConfigurationChoice {
  /// Recordings 0 to 4 of each speaker and digit are for test, 5 to 9 for validation, the others
  /// for training: every speaker is in every split.
  case official
  /// Speakers are in one split only.
  case speaker
}

extension DigitsOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("imagesPerRecording", imagesPerRecording, .from(1..<17))
    try path.check("size", size, .from(8..<257))
    try path.check("seconds", seconds, .between(0.05, 3))
    try path.check("window", window, .from(64..<2049))
    try path.check("pixels", pixels, .from(1..<29))
    try path.check("pcaEnergy", pcaEnergy, .above(0))
    try path.check(
      "pcaEnergy", pcaEnergy <= 1, found: .double(pcaEnergy), expected: "at most 1")
    try path.check("visualNoise", visualNoise, .atLeast(0))
    try path.check("audioNoise", audioNoise, .atLeast(0))
    try path.check("seed", seed, .seed)
  }
}
