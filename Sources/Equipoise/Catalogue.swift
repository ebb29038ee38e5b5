/// What a program knows by name: a value that starts as ``standard`` and to which a program adds its own.
///
/// ```swift
/// let catalogue = Catalogue.standard.adding(method: Mine.self).adding(recipe: Ours.self)
/// ```
public struct Catalogue: Sendable {
  /// The methods, for `method.name`.
  public private(set) var methods: MethodCatalogue
  /// The recipes, for `equipoise prepare`.
  public private(set) var recipes: RecipeCatalogue

  /// What the library has.
  public static let standard = Catalogue(methods: .standard, recipes: .standard)

  private init(methods: MethodCatalogue, recipes: RecipeCatalogue) {
    (self.methods, self.recipes) = (methods, recipes)
  }

  /// The same and one more method.
  ///
  /// - Parameter method: its type; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(method: any BalancingMethod.Type) -> Catalogue {
    Catalogue(methods: methods.adding(method), recipes: recipes)
  }

  /// The same and one more recipe.
  ///
  /// - Parameter recipe: its type; its name must be new.
  /// - Returns: the larger catalogue.
  public func adding(recipe: any DatasetRecipe.Type) -> Catalogue {
    Catalogue(methods: methods, recipes: recipes.adding(recipe))
  }
}
