// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseFeatures
internal import EquipoiseFormats

/// Settings of CREMA-D.
public struct CREMADOptions: ConfigurationSection {
  /// Whose preprocessing: `ogm-ge` (classes NEU, HAP, SAD, FEA, DIS, ANG; log-STFT 257 × 188; the first
  /// frame of those at 1 per second) or `d-and-r` (classes in alphabetical order; filter banks
  /// 128 × 1024; the middle frames of 2 segments).
  public var variant = CREMADVariant.ogmGE
  /// `official` (train 6698, test 744; every speaker is in both), `validation` (Diagnosing &
  /// Re-learning's my_train 5954, val 744, test 744), or `speaker` (the clips of both official lists,
  /// test speakers apart).
  public var split = CREMADSplit.official
  /// The folder of the lists, in the input or an absolute path; nil looks in the input, `CREMAD` and
  /// `data/CREMAD`.
  public var lists: String?
  /// Which of `audio` and `visual` to use.
  public var modalities = ["audio", "visual"]
  /// Frames of a clip; nil takes the variant's: 1 or 2. PMR takes 3.
  public var frames: Int?
  /// Frames per second among which they are chosen; also names the folder Image-NN-FPS.
  public var fps = 1
  /// Which frames; nil takes the variant's: `leading` or `middle`.
  public var choice: FrameChoice?
  /// Height and width of frames, stretched.
  public var size = 224
  /// The spectrogram; nil takes the variant's.
  public var spectrogram: SpectrogramVariant?
  /// How exactly spectrograms are stored: `float16` or `float32`.
  public var precision = SpectrogramPrecision.float32
  /// Whether training is to see spectrograms with mean 0 and standard deviation 1; no published code does.
  public var standardise = false
  /// The share of the samples whose speakers are for test, for split `speaker`.
  public var testShare = 0.1
  /// Decides which speakers, for split `speaker`.
  public var seed = 0
  /// Whether missing clips and other numbers than the published ones are refused.
  public var expectCounts = true

  /// The defaults.
  public init() {}
}

/// Whose preprocessing of CREMA-D.
public enum CREMADVariant: String, ConfigurationChoice {
  /// OGM-GE (Peng et al., CVPR 2022).
  case ogmGE = "ogm-ge"
  /// Diagnosing & Re-learning (Wei et al., ECCV 2024).
  case diagnosingRelearning = "d-and-r"
}

/// How CREMA-D is divided.
public enum CREMADSplit: String, ConfigurationChoice {
  /// The published train and test lists.
  case official
  /// The published lists of Diagnosing & Re-learning, which have a validation split.
  case validation
  /// Speakers of the test split occur in no other.
  case speaker
}

extension CREMADOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try MediaChoices.check(modalities, among: ["audio", "visual"], at: path)
    try path.check("frames", frames, .from(1..<65))
    try path.check("fps", fps, .from(1..<61))
    try path.check("size", size, .from(8..<1025))
    try path.check("testShare", testShare, .within(0.01...0.5))
  }
}

/// Checks of settings that several recipes have.
enum MediaChoices {
  /// Throws `ConfigIssue` unless `modalities` are some of `known`, each once.
  static func check(_ modalities: [String], among known: [String], at path: ConfigPath) throws {
    for (index, name) in modalities.enumerated() where !known.contains(name) {
      let place = path.appending("modalities").appending(index: index)
      throw ConfigIssue(at: place, "\(place) is '\(name)'", fix: Nearest.hint(name, in: known))
    }
    try path.check(
      "modalities", !modalities.isEmpty && Set(modalities).count == modalities.count,
      found: .sequence([]), expected: "at least one modality, each once")
  }
}
