// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// The sections `modalities.NAME` of recipe `manifest`.
public enum FeatureFamily: SectionFamily {
  /// What every feature has.
  public struct Common: ConfigurationSection {
    /// Whether training is to see mean 0 and standard deviation 1; frames and images always take
    /// ImageNet's.
    public var standardise = true

    /// The defaults.
    public init() {}
  }

  /// A feature.
  public static let title = "feature"
  /// `kind`.
  public static let selector = "kind"
  /// By the extension of the files.
  public static var standard: (name: String, settings: any FeatureSettings) {
    (AutoFeature.name, AutoFeature())
  }
  /// `kind: null` is in files of former versions.
  public static var emptyIsStandard: Bool { true }
}

/// How the files of a modality are read: the feature, its settings, and what every feature has.
public typealias FeatureSection = ChoiceSection<FeatureFamily>

extension FeatureSection {
  /// A feature of these settings.
  public init<Settings: FeatureSettings>(_ settings: Settings) {
    self.init(name: Settings.name, settings: settings)
  }

  /// What the files are read as; nil where their names tell.
  package var kind: MediaKind? { settings is AutoFeature ? nil : MediaKind(rawValue: name) }
}
