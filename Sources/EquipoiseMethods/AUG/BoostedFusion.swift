// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseSettings
public import EquipoiseTorch

/// Late fusion of classifiers that grow: each modality's logits are those of its own layer and of further layers through
/// one classifier that all share. ``AUG`` adds the layers.
///
/// ```
/// ℓ_m    = C(relu(E_m z_m)) + Σ_{j < n_m} C(relu(A_m,j z_m))
/// logits = Σ_m w_m ℓ_m,  w_m = 1/M or as given
/// ```
/// All layers that may come are there from the start, `a.MODALITY.layers.J`; the buffer `active` [M, layers], 1 or 0, says which
/// count, so that a file of weights holds what has grown.
public final class BoostedFusion: Fusion {
  /// The further layers of a modality.
  private final class Layers: Module {
    let layers: [Linear]

    init(_ layers: [Linear]) { self.layers = layers }
  }

  private let e: ModuleDictionary<Linear>
  private let a: ModuleDictionary<Layers>
  private let c: Linear
  private let active: Buffer
  private let shares: [Double]
  /// The feature width of each modality.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// Layers with random weights, of which none of the further ones counts.
  ///
  /// - Parameters:
  ///   - modalities: name and feature width of each.
  ///   - classes: the number of classes.
  ///   - configuration: the sizes.
  ///   - generator: the stream to draw the weights from.
  /// - Throws: ``EquipoiseError`` for shares that are not one for each modality.
  public init(
    _ modalities: [(name: String, width: Int)], classes: Int, _ configuration: Configuration,
    from generator: Generator
  ) throws {
    let (given, hidden) = (configuration.shares, configuration.hidden)
    guard given.isEmpty || given.count == modalities.count else {
      throw EquipoiseError(
        .configuration,
        "\(given.count) shares for the modalities \(modalities.map(\.name).joined(separator: ", "))",
        at: "model.fusion.shares", fix: "give one each, or none")
    }
    featureWidths = modalities.map(\.width)
    self.classes = classes
    shares = given.isEmpty ? modalities.map { _ in 1 / Double(modalities.count) } : given
    e = ModuleDictionary(
      modalities.map { ($0.name, Linear($0.width, hidden, from: generator)) })
    c = Linear(hidden, classes, from: generator)
    a = ModuleDictionary(
      modalities.map { modality in
        let layers = (0..<configuration.layers).map { _ in
          Linear(modality.width, hidden, from: generator)
        }
        return (modality.name, Layers(layers))
      })
    active = Buffer(.zeros([modalities.count, configuration.layers]))
  }

  /// The kind and its sizes.
  public var summary: String {
    "boosted, " + featureWidths.map(String.init).joined(separator: " + ")
      + " → \(c.weight.leaf.size(1)) → \(classes), \(mostLayers) layers each"
  }

  /// How many layers a modality may get.
  public var mostLayers: Int { active.value.size(1) }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    precondition(
      features.map { $0.size(-1) } == featureWidths,
      "boosted fusion of widths \(featureWidths): features of shapes \(features.map(\.shape))")
    return Tensor.sum(of: features.indices.compactMap { slice($0, of: features[$0]) })
  }

  /// w_m ℓ_m.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
    let counts = active.value.select(modality).unbound()
    let further = counts.enumerated().map { layer, counts in
      let added = added(layer, modality, of: feature)
      return added * counts.to(added.dtype)
    }
    return Tensor.sum(of: [base(modality, of: feature)] + further) * shares[modality]
  }

  /// C(relu(E_m z_m)).
  func base(_ modality: Int, of feature: Tensor) -> Tensor {
    c(e.modules[modality](feature).relu())
  }

  /// C(relu(A_m,j z_m)), whether it counts or not.
  func added(_ layer: Int, _ modality: Int, of feature: Tensor) -> Tensor {
    c(a.modules[modality].layers[layer](feature).relu())
  }

  /// Makes the first so many layers of each modality count.
  func activate(_ counts: [Int]) {
    let rows = counts.flatMap { count in (0..<mostLayers).map { $0 < count ? 1 : 0 as Float } }
    active.assign(
      Tensor(rows, shape: [counts.count, mostLayers]).sent(to: active.value.device)
        .to(active.value.dtype))
  }
}

extension BoostedFusion {
  /// The settings of `type: boosted`.
  public struct Configuration: FusionConfiguration, RangeChecking {
    /// `boosted`.
    public static let name = "boosted"
    /// One line for lists.
    public static let summary = "classifiers of single modalities that AUG lets grow, averaged"

    /// The width of every layer.
    public var hidden = 256
    /// The layers that a modality may get.
    public var layers = 10
    /// w of each modality, in the model's order; empty averages. Never to be chosen by the test split.
    public var shares: [Double] = []

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      try BoostedFusion(modalities, classes: classes, self, from: generator)
    }

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("hidden", hidden, .atLeast(1, to: 65_536))
      try path.check("layers", layers, .atLeast(1, to: 100))
      let found = ConfigValue.sequence(shares.map(ConfigValue.double))
      try path.check(
        "shares", shares.allSatisfy { $0 > 0 }, found: found, expected: "numbers above 0")
    }
  }
}
