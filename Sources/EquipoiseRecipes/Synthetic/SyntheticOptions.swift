// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Settings of the synthetic dataset.
public struct SyntheticOptions: ConfigurationSection {
  /// Classes, at most 6.
  public var classes = 6
  /// Samples to learn from.
  public var train = 1800
  /// Samples for validation, which resemble those to learn from.
  public var validation = 300
  /// Samples to test on, in which the nuisance factors differ.
  public var test = 600
  /// Height and width of image and spectrogram, at least 32.
  public var size = 32
  /// What every random choice depends on.
  public var seed = 0
  /// How clearly the class is heard: the strength of its tones against the noise. More is learned
  /// sooner.
  public var audioEase = 1.0
  /// How clearly the class is seen: the strength of its texture against the noise.
  public var visualEase = 1.6
  /// The share of training recordings whose background hum gives the class away; in the test split
  /// the hum says nothing.
  public var shortcut = 0.3
  /// The share of the training and validation samples that are labelled with another class, as people who
  /// label make mistakes; the labels of the test split are right.
  public var labelNoise = 0.0
  /// By how many frequencies the tones of the test split are off, either way.
  public var pitchShift = 1
  /// Whether there is a third modality, a sensor series.
  public var motion = false
  /// How clearly the class shows in the sensor series.
  public var motionEase = 1.0

  /// The defaults.
  public init() {}
}

extension SyntheticOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("classes", classes, .from(2..<7))
    try path.check("train", train, .atLeast(classes))
    try path.check("validation", validation, .atLeast(0))
    try path.check("test", test, .atLeast(0))
    try path.check("size", size, .from(32..<257))
    try path.check("seed", seed, .seed)
    try path.check("audioEase", audioEase, .atLeast(0))
    try path.check("visualEase", visualEase, .atLeast(0))
    try path.check("shortcut", shortcut, .from(0..<1))
    try path.check("labelNoise", labelNoise, .from(0..<1))
    try path.check("pitchShift", pitchShift, .from(0..<4))
    try path.check("motionEase", motionEase, .atLeast(0))
  }
}
