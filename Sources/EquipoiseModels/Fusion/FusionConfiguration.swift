// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// The settings of one kind of fusion, and how a head is made of them.
public protocol FusionConfiguration: ConfigurationSection {
  /// The name in `model.fusion.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// A head with random weights.
  ///
  /// - Parameters:
  ///   - modalities: name and feature width of each, two or more.
  ///   - classes: the number of classes.
  ///   - generator: the stream to draw the weights from.
  /// - Returns: the head.
  /// - Throws: `EquipoiseError` when the widths do not fit.
  func makeFusion(
    of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
  ) throws -> any Fusion
}

/// The section `model.fusion`.
public enum FusionFamily: SectionFamily {
  /// A fusion.
  public static let title = "fusion"
  /// One linear layer over the concatenated features.
  public static var standard: (name: String, settings: any FusionConfiguration) {
    (ConcatFusion.Configuration.name, ConcatFusion.Configuration())
  }
}

/// How the features of the modalities become logits: the type of the head and its settings.
public typealias FusionSection = ChoiceSection<FusionFamily>

extension FusionSection {
  /// A head of these settings.
  public init<Settings: FusionConfiguration>(_ settings: Settings) {
    self.init(name: Settings.name, settings: settings)
  }

  /// One linear layer over the concatenated features.
  public static var concatenation: FusionSection { FusionSection(ConcatFusion.Configuration()) }
  /// The sum of one linear layer per modality.
  public static var sum: FusionSection { FusionSection(SumFusion.Configuration()) }
  /// Feature-wise linear modulation by the first modality.
  public static var film: FusionSection { FusionSection(FiLMFusion.Configuration()) }
  /// Gating by the first modality.
  public static var gated: FusionSection { FusionSection(GatedFusion.Configuration()) }
  /// One linear layer that all modalities use; their logits are averaged.
  public static var shared: FusionSection { FusionSection(SharedFusion.Configuration()) }

  /// The sum of the scaled cosines between features and class weights.
  public static func cosine(scale: Double = CosineFusion.defaultScale) -> FusionSection {
    var settings = CosineFusion.Configuration()
    settings.scale = scale
    return FusionSection(settings)
  }
}
