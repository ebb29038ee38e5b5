// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Random changes to one modality's training samples.
public struct AugmentationConfiguration: ConfigurationSection {
  /// Pixels of zero padding from which a crop of the original size is taken; 0 never crops.
  public var crop = 0
  /// A crop of random area and proportions that is enlarged to the original size.
  public var randomResizedCrop = RandomResizedCropConfiguration()
  /// Whether to mirror half of the samples left to right.
  public var flip = false
  /// A few changes of pictures of one strength.
  public var randAugment = RandAugmentConfiguration()
  /// Random brightness, contrast, saturation and hue of pictures.
  public var colorJitter = ColorJitterConfiguration()
  /// The most steps by which a sample moves along time, either way; 0 never moves it.
  public var timeShift = 0
  /// Random changes of the speed at which time goes by.
  public var timeWarp = TimeWarpConfiguration()
  /// The most neighbouring time steps that are set to zero; 0 never does.
  public var timeMask = 0
  /// How many such masks a sample gets.
  public var timeMasks = 1
  /// The largest share of a sample's time steps that one mask covers.
  public var timeMaskShare = 1.0
  /// The most neighbouring frequencies that are set to zero; 0 never does.
  public var frequencyMask = 0
  /// How many such masks a sample gets.
  public var frequencyMasks = 1
  /// The most by which all numbers of a spectrogram rise or fall together, in standard deviations.
  public var gain = 0.0
  /// The standard deviation of the noise that is added to each number of a spectrogram, in the data's own.
  public var noise = 0.0
  /// The standard deviation of the noise that is added to each number of a series or vector, in the data's own.
  public var jitter = 0.0
  /// The standard deviation around 1 of the factor of each channel of a series or number of a vector.
  public var scaling = 0.0
  /// How likely the modality is left out of a sample, as if the sample did not have it. A sample keeps one of its
  /// modalities at least.
  public var modalityDropout = 0.0

  /// The defaults, which change nothing.
  public init() {}
}

extension AugmentationConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("crop", crop, .atLeast(0))
    try randomResizedCrop.check(at: path.appending("randomResizedCrop"))
    try randAugment.check(at: path.appending("randAugment"))
    try colorJitter.check(at: path.appending("colorJitter"))
    try path.check("timeShift", timeShift, .atLeast(0))
    try timeWarp.check(at: path.appending("timeWarp"))
    try path.check("timeMask", timeMask, .atLeast(0))
    try path.check("timeMasks", timeMasks, .within(1...100))
    try path.check("timeMaskShare", timeMaskShare, .within(0...1))
    try path.check("frequencyMask", frequencyMask, .atLeast(0))
    try path.check("frequencyMasks", frequencyMasks, .within(1...100))
    try path.check("gain", gain, .atLeast(0))
    try path.check("noise", noise, .atLeast(0))
    try path.check("jitter", jitter, .atLeast(0))
    try path.check("scaling", scaling, .atLeast(0))
    try path.check("modalityDropout", modalityDropout, .from(0..<1))
  }
}
