// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Encoders, what couples them, and fusion.
public struct ModelConfiguration: ConfigurationSection {
  /// The encoder of each modality; one that is not named is chosen by the modality's kind.
  public var encoders = NamedSections<EncoderSection>()
  /// How the features of the modalities become logits.
  public var fusion = FusionSection()
  /// What lets the encoders see each other's features.
  public var coupling = CouplingSection()
  /// What is fused in place of a modality that a sample lacks.
  public var missing = MissingFeatures.zero
  /// A safetensors file with the whole model's initial weights; nil starts at random.
  public var initialWeights: String?

  /// The defaults.
  public init() {}
}

extension ModelConfiguration {
  /// Leaves out the files to start from, for a model whose weights come from elsewhere.
  package mutating func forgetInitialWeights() {
    initialWeights = nil
    for name in encoders.names { encoders[name] = encoders[name]?.withoutWeights() }
  }
}

extension ModelConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    for name in encoders.names {
      try encoders[name]?.check(at: path.appending("encoders").appending(name))
    }
    try fusion.check(at: path.appending("fusion"))
    try coupling.check(at: path.appending("coupling"))
  }
}
