internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import Formats

/// The recipes there are.
public enum DatasetRecipes {
  /// Every recipe, in the order in which they are listed.
  public static let all: [any DatasetRecipe.Type] = [
    SyntheticRecipe.self, DigitsRecipe.self, ArraysRecipe.self, CMUMOSIRecipe.self,
    UTDRecipe.self, ManifestRecipe.self, CREMADRecipe.self, KineticsSoundsRecipe.self,
    UCF101Recipe.self,
  ]

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
  public static func prepare(
    _ name: String, input: String?, output: String, file: String? = nil, sets: [String] = [],
    media: MediaPreparation = .none, report: (PreparationEvent) -> Void = { _ in }
  ) throws -> DatasetDescription {
    let recipe = try type(named: name)
    if recipe.needsInput, input == nil {
      throw EquipoiseError(
        .usage, "recipe '\(name)' reads a folder of source data", fix: "name it with --input")
    }
    return try recipe.run(
      input: input ?? "", output: output, file: file, sets: sets, media: media, report: report)
  }

  /// The recipe of that name. Throws `EquipoiseError`.
  package static func type(named name: String) throws -> any DatasetRecipe.Type {
    guard let recipe = all.first(where: { $0.name == name }) else {
      throw EquipoiseError(
        .usage, "there is no recipe '\(name)'", fix: Nearest.hint(name, in: all.map { $0.name }))
    }
    return recipe
  }
}
