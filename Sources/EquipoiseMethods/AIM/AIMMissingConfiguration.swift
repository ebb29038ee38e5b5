// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// What AIM does in batches in which samples lack modalities; of others it is left alone.
public struct AIMMissingConfiguration: ConfigurationSection, RangeChecking {
  /// The fewest samples that must have a modality for it to be modulated in a batch.
  public var minimumSamples = 4
  /// The samples that ρ and α compare modalities by.
  public var compareOn = ComparedSamples.common

  /// The defaults.
  public init() {}

  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("minimumSamples", minimumSamples, .atLeast(1))
  }
}

/// The samples that modalities are compared by.
public enum ComparedSamples: String, ConfigurationChoice {
  /// Those that have all of the modulated modalities, where there are enough of them; else each modality's own. A
  /// modality that is missing where samples are hard would otherwise look better than it is.
  case common
  /// Each modality's own.
  case own
}
