// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Random changes to one modality's training samples.
public struct AugmentationConfiguration: ConfigurationSection {
  /// Pixels of zero padding from which a crop of the original size is taken; 0 never crops.
  public var crop = 0
  /// Whether to mirror half of the samples left to right.
  public var flip = false
  /// The most steps by which a sample moves along time, either way; 0 never moves it.
  public var timeShift = 0
  /// The most neighbouring time steps that are set to zero; 0 never does.
  public var timeMask = 0
  /// The most neighbouring frequencies that are set to zero; 0 never does.
  public var frequencyMask = 0
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
    try path.check("timeShift", timeShift, .atLeast(0))
    try path.check("timeMask", timeMask, .atLeast(0))
    try path.check("frequencyMask", frequencyMask, .atLeast(0))
    try path.check("modalityDropout", modalityDropout, .from(0..<1))
  }
}
