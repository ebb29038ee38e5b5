// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseSettings
internal import Foundation
internal import Synchronization

/// What a program can make of the files of a modality: a value, to which a program adds its own.
public struct FeatureCatalogue: Sendable {
  /// The features, in the order in which they are listed; no two have one name or take files of one ending.
  public private(set) var features: [any FeatureSettings.Type] = [
    FramesConfiguration.self, ImageConfiguration.self, SpectrogramConfiguration.self,
    ArrayConfiguration.self, FlowConfiguration.self, TextConfiguration.self,
  ]

  /// What the library has.
  public static let standard = FeatureCatalogue()

  private init() {}

  private static let held = Mutex(FeatureCatalogue.standard)

  /// The features of this program: those of the library, until the program's start says otherwise.
  package static var inUse: FeatureCatalogue {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// The same features and one more, at the end of lists.
  ///
  /// - Parameter feature: the type of its settings. Two of one name, or for files of one ending, are a mistake in the
  ///   program, which stops at once.
  /// - Returns: the larger catalogue.
  public func adding(_ feature: any MediaFeatureConfiguration.Type) -> FeatureCatalogue {
    CatalogueNames.check(feature.name, isNewAmong: names + [AutoFeature.name], FeatureFamily.title)
    for ending in feature.extensions {
      precondition(
        !ending.isEmpty && ending == ending.lowercased() && !ending.contains("."),
        "Catalogue: '\(ending)' of the feature '\(feature.name)' is not a file's ending in lower case without a dot"
      )
      precondition(
        kind(ofFile: "x." + ending) == nil,
        "Catalogue: the feature '\(feature.name)' is for files '.\(ending)', as another is already")
    }
    var more = self
    more.features.append(feature)
    return more
  }

  /// The features' names, in the order of lists.
  public var names: [String] { features.map { $0.name } }

  /// What a file is by its ending: a feature of the program's own, or what the library takes it for. Nil for others.
  package func kind(ofFile file: String) -> MediaKind? {
    let ending = (file as NSString).pathExtension.lowercased()
    let taking = features.first {
      own(named: $0.name) != nil && $0.extensions.contains(ending)
    }
    return taking.map { MediaKind(rawValue: $0.name) } ?? MediaKind(file: file)
  }

  /// The settings of a feature that the library does not have; nil for others.
  package func own(named name: String) -> (any MediaFeatureConfiguration.Type)? {
    guard !MediaKind.standard.contains(MediaKind(rawValue: name)) else { return nil }
    return features.first { $0.name == name } as? any MediaFeatureConfiguration.Type
  }

  /// The settings of every feature, for resolving those of recipes.
  package func table() throws -> SectionTable {
    var table = SectionTable()
    try table.add(to: FeatureFamily.self, AutoFeature.name, AutoFeature.self)
    for type in features { try add(type, to: &table) }
    return table
  }

  private func add<Settings: FeatureSettings>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: FeatureFamily.self, Settings.name, type) }
}
