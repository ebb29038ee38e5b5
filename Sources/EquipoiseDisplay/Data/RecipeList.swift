// SPDX-License-Identifier: Apache-2.0
import Equipoise

/// The recipes with their settings, as `prepare --list` shows them.
package enum RecipeList {
  package static func text() throws -> String {
    try (RecipeCatalogue.inUse.recipes.map(text) + FeatureCatalogue.inUse.features.map(text))
      .joined(separator: "\n")
  }

  private static func text(_ feature: any FeatureSettings.Type) throws -> String {
    let settings = try settings(feature)
    let header = Style.output.bold("kind: \(feature.name)")
    guard !settings.isEmpty else {
      return "\(header): \(feature.summary)\n  no settings of its own\n"
    }
    return """
      \(header): \(feature.summary)
        settings under modalities.NAME and their defaults:
      \(settings)
      """
  }

  private static func settings<Settings: FeatureSettings>(_ type: Settings.Type) throws -> String {
    try indented(Settings().yaml())
  }

  private static func indented(_ yaml: String) -> String {
    yaml.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  private static func text(_ recipe: any DatasetRecipe.Type) throws -> String {
    let usage =
      "equipoise prepare \(recipe.name)\(recipe.needsInput ? " --input DIR" : "") --out DATA"
    let settings = try indented(defaults(of: recipe))
    return """
      \(Style.output.bold(recipe.name)): \(recipe.summary)
        \(usage)
        settings (--set key=value) and their defaults:
      \(settings)
      """
  }

  private static func defaults<Recipe: DatasetRecipe>(of recipe: Recipe.Type) throws -> String {
    guard var options = Recipe.Options() as? any PerModalityOptions else {
      return try Recipe.Options().yaml()
    }
    options.addModality(named: "NAME")
    return try options.yaml()
  }
}
