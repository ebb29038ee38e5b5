// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Synchronization

/// The recipes that a program knows: a value, to which a program adds its own.
public struct RecipeCatalogue: Sendable {
  /// The recipes, in the order in which they are listed; no two have one name.
  public private(set) var recipes: [any DatasetRecipe.Type]

  /// Every recipe of this library.
  public static let standard = RecipeCatalogue([
    SyntheticRecipe.self, DigitsRecipe.self, ArraysRecipe.self, CMUMOSIRecipe.self,
    UTDRecipe.self, ManifestRecipe.self, CREMADRecipe.self, KineticsSoundsRecipe.self,
    UCF101Recipe.self, Food101Recipe.self, HatefulMemesRecipe.self, MMIMDbRecipe.self,
  ])

  private init(_ recipes: [any DatasetRecipe.Type]) { self.recipes = recipes }

  /// The same recipes and one more, at the end of lists.
  ///
  /// - Parameter recipe: a type whose name no other recipe has: two of one name are a mistake in the program, which
  ///   stops at once.
  /// - Returns: the larger catalogue.
  public func adding(_ recipe: any DatasetRecipe.Type) -> RecipeCatalogue {
    CatalogueNames.check(recipe.name, isNewAmong: names, "recipe")
    return RecipeCatalogue(recipes + [recipe])
  }

  private static let held = Mutex(RecipeCatalogue.standard)

  /// The recipes of this program: those of the library, until the program's start says otherwise.
  package static var inUse: RecipeCatalogue {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// The recipes' names, in the order of lists.
  public var names: [String] { recipes.map { $0.name } }

  /// Runs a recipe.
  ///
  /// - Parameters:
  ///   - name: The recipe's name.
  ///   - input: The folder of source data, or nil.
  ///   - output: Where the dataset is to be.
  ///   - file: A YAML file with settings, or nil.
  ///   - sets: Settings as `KEY.PATH=VALUE`, which beat those of the file.
  ///   - media: What recipes for raw media need; none without a decoder.
  ///   - report: Told how far the work is and what the user should know.
  /// - Returns: The description as written.
  /// - Throws: `EquipoiseError` or `FormatError` naming the setting or file at fault.
  @discardableResult
  public func prepare(
    _ name: String, input: String?, output: String, file: String? = nil, sets: [String] = [],
    media: MediaPreparation = .none, report: (PreparationEvent) -> Void = { _ in }
  ) throws -> DatasetDescription {
    let recipe = try type(named: name)
    if recipe.needsInput, input == nil {
      throw EquipoiseError(
        .usage, "recipe '\(name)' reads a folder of source data",
        fix: "name it with \(.argument("input=DIR"))")
    }
    return try recipe.run(
      input: input ?? "", output: output, file: file, sets: sets, media: media, report: report)
  }

  /// The recipe of that name. Throws `EquipoiseError`.
  package func type(named name: String) throws -> any DatasetRecipe.Type {
    guard let recipe = recipes.first(where: { $0.name == name }) else {
      throw EquipoiseError(
        .usage, "there is no recipe '\(name)'", fix: Nearest.hint(name, in: names))
    }
    return recipe
  }
}
