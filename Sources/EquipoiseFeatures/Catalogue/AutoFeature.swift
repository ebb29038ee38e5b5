// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Chosen by the extension of the files, with the keys of all features of the library.
public struct AutoFeature: FeatureSettings, RangeChecking {
  /// The name.
  public static let name = "auto"
  /// What it is.
  public static let summary = "by the extension; of a video in a column 'audio' its spectrogram"

  /// The array's name in npz files; nil takes their only one, or the one named like the modality.
  public var key: String?
  /// The steps of a sample, where arrays differ in their first dimension; nil wants arrays of one shape.
  public var length: Int?
  /// Frames of a video.
  public var frames = 3
  /// Frames per second among which they are chosen; nil takes all.
  public var fps: Double?
  /// Which frames: `middle`, `first` or `random` of equal segments, `leading`, or `spread`.
  public var choice = FrameChoice.middle
  /// Height and width of frames and images.
  public var size = 224
  /// Pixels of the shorter side before the centre is cut out; nil stretches the image.
  public var shorterSide: Int?
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

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try arraySettings.check(at: path)
    try framesSettings.check(at: path)
    try spectrogramSettings.check(at: path)
  }

  /// The settings of what files turned out to be. A feature of the program's own has its defaults: its settings are
  /// keys where `kind` names it.
  package func settings(for kind: MediaKind, of features: FeatureCatalogue) -> any FeatureSettings {
    switch kind {
    case .image:
      var settings = ImageConfiguration()
      (settings.size, settings.shorterSide) = (size, shorterSide)
      return settings
    case .flow:
      var settings = FlowConfiguration()
      (settings.frames, settings.fps, settings.choice) = (frames, fps, choice)
      (settings.size, settings.shorterSide) = (size, shorterSide)
      return settings
    case .array: return arraySettings
    case .spectrogram: return spectrogramSettings
    default: return features.own(named: kind.rawValue)?.init() ?? framesSettings
    }
  }

  private var arraySettings: ArrayConfiguration {
    var settings = ArrayConfiguration()
    (settings.key, settings.length) = (key, length)
    return settings
  }

  private var framesSettings: FramesConfiguration {
    var settings = FramesConfiguration()
    (settings.frames, settings.fps, settings.choice) = (frames, fps, choice)
    (settings.size, settings.shorterSide) = (size, shorterSide)
    return settings
  }

  private var spectrogramSettings: SpectrogramConfiguration {
    var settings = SpectrogramConfiguration()
    (settings.spectrogram, settings.rate, settings.seconds) = (spectrogram, rate, seconds)
    (settings.window, settings.hop, settings.mels) = (window, hop, mels)
    settings.precision = precision
    return settings
  }
}
