// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// The sum of the cosines between each modality's feature and its class weights (MMCosine, Xu et
/// al., ICASSP 2023).
///
/// ```
/// slice m = s · z_m W_mᵀ / (‖z_m‖ ‖W_m,k‖)
/// logits  = Σ_m slice m
/// ```
/// There is no bias. A feature of zeros has the cosine 0, so that slices and zero-outs are the same.
public final class CosineFusion: Fusion {
  /// The scale that is taken when none is named.
  public static let defaultScale = 15.0

  private let fc: ModuleDictionary<Linear>
  private let scale: Double
  /// The feature width of each modality.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// Class weights at random.
  ///
  /// - Parameters:
  ///   - modalities: name and feature width of each.
  ///   - classes: the number of classes.
  ///   - scale: s.
  ///   - generator: the stream to draw the weights from.
  public init(
    _ modalities: [(name: String, width: Int)], classes: Int,
    scale: Double = CosineFusion.defaultScale, from generator: Generator
  ) {
    precondition(!modalities.isEmpty, "cosine fusion of no modality")
    featureWidths = modalities.map(\.width)
    self.classes = classes
    self.scale = scale
    fc = ModuleDictionary(
      modalities.map { ($0.name, Linear($0.width, classes, bias: false, from: generator)) })
  }

  /// The kind and its sizes.
  public var summary: String {
    "cosine, " + featureWidths.map { "\($0) → \(classes)" }.joined(separator: " + ")
      + ", scale \(scale)"
  }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    let parts = features.enumerated().map { scaledCosines($0, $1) }
    return Tensor.sum(of: parts)
  }

  /// The modality's own cosines, scaled.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
    scaledCosines(modality, feature)
  }

  private func scaledCosines(_ modality: Int, _ feature: Tensor) -> Tensor {
    let weight = Self.normalized(fc.modules[modality].weight.value)
    return Self.normalized(feature.inFullPrecision()).linear(weight: weight, bias: nil) * scale
  }

  /// Rows of length 1. A row of zeros stays so, with a gradient that is finite.
  private static func normalized(_ rows: Tensor) -> Tensor {
    rows / ((rows * rows).sum(over: [1], keeping: true) + 1e-24).squareRoot()
  }
}

extension CosineFusion {
  /// The settings of `type: cosine`.
  public struct Configuration: FusionConfiguration, RangeChecking {
    /// `cosine`.
    public static let name = "cosine"
    /// One line for lists.
    public static let summary = "the sum of the scaled cosines between features and class weights"

    /// What the cosines are multiplied by.
    public var scale = CosineFusion.defaultScale

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      CosineFusion(modalities, classes: classes, scale: scale, from: generator)
    }

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws { try path.check("scale", scale, .above(0)) }
  }
}
