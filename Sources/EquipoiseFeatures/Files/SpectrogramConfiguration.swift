// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseTorch

/// The spectrogram of a file's sound.
public struct SpectrogramConfiguration: MediaFeatureConfiguration, RangeChecking {
  /// The name.
  public static let name = "spectrogram"
  /// What it makes.
  public static let summary = "the spectrogram of a recording, or of the sound of a video"
  /// Those of recordings.
  public static var extensions: [String] { MediaKind.audioExtensions.sorted() }

  /// A published spectrogram; nil takes the settings below.
  public var spectrogram: SpectrogramVariant?
  /// Sample rate in Hz.
  public var rate = 16_000
  /// Seconds of sound; shorter recordings are repeated, longer ones cut.
  public var seconds = 3.0
  /// Samples of a spectrogram's window.
  public var window = 512
  /// Samples from one window to the next.
  public var hop = 256
  /// Mel bands; nil keeps all frequencies.
  public var mels: Int?
  /// How exactly spectrograms are stored: `float16` or `float32`.
  public var precision = SpectrogramPrecision.float32

  /// The defaults.
  public init() {}

  /// float16 or float32 [1, frequencies, frames].
  public func makeFeature() throws -> any MediaFeature {
    AudioFeature(spectrogram: spectrogram?.feature ?? own, precision: precision)
  }

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("rate", rate, .from(1000..<192_001))
    try path.check("seconds", seconds, .within(0.01...600))
    try path.check("window", window, .from(16..<65_537))
    try path.check("hop", hop, .from(1..<65_537))
    try path.check("mels", mels, .from(1..<1025))
  }

  private var own: SpectrogramFeature {
    let samples = Int((seconds * Double(rate)).rounded())
    let transform = STFT(size: window, hop: hop)
    return SpectrogramFeature(
      sampleRate: rate, fit: .tiled(samples),
      transform: mels.map { .logMel(transform, bands: $0) } ?? .logMagnitude(transform),
      frames: 1 + samples / hop)
  }
}
