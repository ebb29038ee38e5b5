// SPDX-License-Identifier: Apache-2.0
/// What a program knows by name: a value that starts as ``standard`` and to which a program adds its own.
///
/// ```swift
/// let catalogue = Catalogue.standard.adding(method: Mine.self).adding(recipe: Ours.self)
/// ```
public struct Catalogue: Sendable {
  /// Methods, encoders, fusions, couplings, optimisers and schedules, for configurations.
  public private(set) var runs = RunCatalogue.standard
  /// The recipes, for `equipoise prepare`.
  public private(set) var recipes = RecipeCatalogue.standard
  /// What recipes for raw media make of files, for `modalities.NAME.kind`.
  public private(set) var features = FeatureCatalogue.standard

  /// What the library has.
  public static let standard = Catalogue()

  private init() {}

  private func with(_ change: (inout Catalogue) -> Void) -> Catalogue {
    var more = self
    change(&more)
    return more
  }

  /// The same and one more method, for `method.name`.
  ///
  /// - Parameter method: its type; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(method: any BalancingMethod.Type) -> Catalogue {
    with { $0.runs.methods = runs.methods.adding(method) }
  }

  /// The same and one more encoder, for `model.encoders.NAME.type`.
  ///
  /// - Parameter encoder: the type of its settings; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(encoder: any EncoderConfiguration.Type) -> Catalogue {
    with { $0.runs.model = runs.model.adding(encoder: encoder) }
  }

  /// The same and one more family of networks, for `type: pretrained`.
  ///
  /// - Parameter family: the networks; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(family: any PretrainedFamily.Type) -> Catalogue {
    with { $0.runs.encoders = runs.encoders.adding(family) }
  }

  /// The same and one more fusion, for `model.fusion.type`.
  ///
  /// - Parameter fusion: the type of its settings; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(fusion: any FusionConfiguration.Type) -> Catalogue {
    with { $0.runs.model = runs.model.adding(fusion: fusion) }
  }

  /// The same and one more coupling, for `model.coupling.type`.
  ///
  /// - Parameter coupling: the type of its settings; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(coupling: any CouplingConfiguration.Type) -> Catalogue {
    with { $0.runs.model = runs.model.adding(coupling: coupling) }
  }

  /// The same and one more optimiser, for `training.optimiser.type`.
  ///
  /// - Parameter optimiser: the type of its settings; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(optimiser: any OptimiserConfiguration.Type) -> Catalogue {
    with { $0.runs.training = runs.training.adding(optimiser: optimiser) }
  }

  /// The same and one more schedule, for `training.schedule.type`.
  ///
  /// - Parameter schedule: the type of its settings; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(schedule: any ScheduleConfiguration.Type) -> Catalogue {
    with { $0.runs.training = runs.training.adding(schedule: schedule) }
  }

  /// The same and one more recipe, for `equipoise prepare`.
  ///
  /// - Parameter recipe: its type; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(recipe: any DatasetRecipe.Type) -> Catalogue {
    with { $0.recipes = recipes.adding(recipe) }
  }

  /// The same and one more feature, for `modalities.NAME.kind` of recipe `manifest`.
  ///
  /// - Parameter feature: the type of its settings; its name must be new, and so the endings of its files.
  /// - Returns: the larger catalogue.
  public func adding(feature: any MediaFeatureConfiguration.Type) -> Catalogue {
    with { $0.features = features.adding(feature) }
  }
}
