// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// The sum of one linear layer per modality.
///
/// ```
/// logits  = Σ_m W_m z_m + b_m
/// slice m = W_m z_m + b_m
/// ```
public final class SumFusion: Fusion {
  private let fc: ModuleDictionary<Linear>
  /// The feature width of each modality.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// Heads with random weights.
  ///
  /// - Parameters:
  ///   - modalities: name and feature width of each.
  ///   - classes: the number of classes.
  ///   - generator: the stream to draw the weights from.
  public init(
    _ modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
  ) {
    precondition(!modalities.isEmpty, "sum fusion of no modality")
    featureWidths = modalities.map(\.width)
    self.classes = classes
    fc = ModuleDictionary(
      modalities.map { ($0.name, Linear($0.width, classes, from: generator)) })
  }

  /// The kind and its sizes.
  public var summary: String {
    "sum, " + featureWidths.map { "\($0) → \(classes)" }.joined(separator: " + ")
  }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    let parts = zip(fc.modules, features).map { layer, feature in layer(feature) }
    return Tensor.sum(of: parts)
  }

  /// The modality's own layer.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
    fc.modules[modality](feature)
  }
}

extension SumFusion {
  /// The settings of `type: sum`.
  public struct Configuration: FusionConfiguration {
    /// `sum`.
    public static let name = "sum"
    /// One line for lists.
    public static let summary = "the sum of one linear layer for each modality"

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      SumFusion(modalities, classes: classes, from: generator)
    }
  }
}
