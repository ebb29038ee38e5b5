// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseFeatures

/// Settings of Kinetics-Sounds.
public struct KineticsSoundsOptions: ConfigurationSection {
  /// The list of the training clips: lines `ID,10,CLASS NUMBER`.
  public var trainList = "my_train.txt"
  /// The list of the test clips.
  public var testList = "my_test.txt"
  /// The folder of the lists, in the input or an absolute path; nil looks in the input, `KineticSound` and
  /// `data/KineticSound`.
  public var lists: String?
  /// Which of `audio` and `visual` to use.
  public var modalities = ["audio", "visual"]
  /// Frames of a clip.
  public var frames = 3
  /// Frames per second among which they are chosen.
  public var fps = 1.0
  /// Which frames: OGM-GE's loader takes the first of three equal segments.
  public var choice = FrameChoice.first
  /// Height and width of frames, stretched.
  public var size = 224
  /// The spectrogram: the authors take the filter banks 128 × 1024 of `d-and-r`.
  public var spectrogram = SpectrogramVariant.diagnosingRelearning
  /// How exactly spectrograms are stored: `float16` or `float32`.
  public var precision = SpectrogramPrecision.float32
  /// Whether training is to see spectrograms with mean 0 and standard deviation 1.
  public var standardise = false
  /// Whether missing clips and other numbers than the published ones (14 799 and 2 597) are refused.
  public var expectCounts = true

  /// The defaults.
  public init() {}
}

extension KineticsSoundsOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try MediaChoices.check(modalities, among: ["audio", "visual"], at: path)
    try path.check("frames", frames, .from(1..<65))
    try path.check("fps", fps, .within(0.01...120))
    try path.check("size", size, .from(8..<1025))
  }
}
