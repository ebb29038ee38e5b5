// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One linear layer over the concatenated features.
///
/// ```
/// logits  = W [z_1; …; z_M] + b
/// slice m = W[:, columns of m] z_m + b / M
/// ```
/// With one modality it is that modality's own classifier.
public final class ConcatFusion: Fusion {
  private let fcOut: Linear
  /// The feature width of each modality.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// A head with random weights.
  ///
  /// - Parameters:
  ///   - featureWidths: of each modality.
  ///   - classes: the number of classes.
  ///   - generator: the stream to draw the weights from.
  public init(_ featureWidths: [Int], classes: Int, from generator: Generator) {
    self.featureWidths = featureWidths
    self.classes = classes
    fcOut = Linear(featureWidths.reduce(0, +), classes, from: generator)
  }

  /// The kind and its sizes.
  public var summary: String { "concat, \(featureWidths.reduce(0, +)) → \(classes)" }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    return fcOut(features.count == 1 ? features[0] : .concatenated(features, dimension: 1))
  }

  /// The modality's columns of the layer, with its share of the bias.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
    let start = featureWidths[..<modality].reduce(0, +)
    let columns = fcOut.weight.value.slice(
      start..<start + featureWidths[modality], dimension: 1)
    let share = fcOut.bias.map { $0.value / Double(featureWidths.count) }
    return feature.linear(weight: columns, bias: share)
  }
}

extension ConcatFusion {
  /// The settings of `type: concat`.
  public struct Configuration: FusionConfiguration {
    /// `concat`.
    public static let name = "concat"
    /// One line for lists.
    public static let summary = "one linear layer over the concatenated features"

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      ConcatFusion(modalities.map(\.width), classes: classes, from: generator)
    }
  }
}
