// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// The settings of one way to make arrays of files, under the name by which recipe `manifest` chooses it.
///
/// A feature of one's own is a ``MediaFeatureConfiguration``; this is what every one has.
public protocol FeatureSettings: ConfigurationSection {
  /// The name in `modalities.NAME.kind` and in `media.json`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// The endings of files, in lower case and without a dot, that it takes where no kind is set.
  static var extensions: [String] { get }
}

extension FeatureSettings {
  /// None: it is taken where `kind` says so.
  public static var extensions: [String] { [] }
}

/// The settings of a feature, and how it is made of them.
///
/// What they hold is noted in `media.json` with name and version, so that `predict` makes the same of other files.
///
/// ```swift
/// struct Words: MediaFeatureConfiguration, MediaFeature {
///   static let name = "words"
///   static let summary = "how often each word of a text occurs, in buckets"
///   static let extensions = ["txt"]
///   var buckets = 64
///   …
/// }
/// ```
public protocol MediaFeatureConfiguration: FeatureSettings {
  /// Counts the changes that give other numbers from the same files and settings: datasets that another version made
  /// are made again, and what was trained on them takes no new files.
  static var version: Int { get }
  /// The feature.
  ///
  /// - Returns: what makes the arrays.
  /// - Throws: `EquipoiseError` when settings do not fit each other.
  func makeFeature() throws -> any MediaFeature
}

extension MediaFeatureConfiguration {
  /// 1.
  public static var version: Int { 1 }
}

extension MediaFeatureConfiguration where Self: MediaFeature {
  /// The settings themselves.
  public func makeFeature() throws -> any MediaFeature { self }
}
