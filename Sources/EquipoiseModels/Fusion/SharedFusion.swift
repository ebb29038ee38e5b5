// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// One linear layer that every modality uses, as MLA trains it.
///
/// ```
/// logits  = 1/M Σ_m W z_m + b
/// slice m = (W z_m + b) / M
/// ```
/// The encoders must have features of one width.
public final class SharedFusion: Fusion {
  private let fc: Linear
  /// The feature width of each modality; all are the same.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// A head with random weights.
  ///
  /// - Parameters:
  ///   - modalities: name and feature width of each.
  ///   - classes: the number of classes.
  ///   - generator: the stream to draw the weights from.
  /// - Throws: ``EquipoiseError`` when the widths differ.
  public init(
    _ modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
  ) throws {
    precondition(!modalities.isEmpty, "shared fusion of no modality")
    featureWidths = modalities.map(\.width)
    guard Set(featureWidths).count == 1 else {
      let found = modalities.map { "\($0.name) \($0.width)" }.joined(separator: ", ")
      throw EquipoiseError(
        .configuration,
        "the fusion 'shared' needs features of one width from every encoder, not \(found)",
        at: "model.fusion", fix: "set the encoders' widths so that they agree")
    }
    self.classes = classes
    fc = Linear(featureWidths[0], classes, from: generator)
  }

  /// The kind and its sizes.
  public var summary: String { "shared, \(featureWidths[0]) → \(classes)" }

  /// W, [K, width]: what a method may protect from one modality while another trains.
  public var weight: Parameter { fc.weight }

  /// [B, w] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    let parts = features.map(classified)
    return Tensor.sum(of: parts) / Double(parts.count)
  }

  /// The modality's share of the mean.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? {
    classified(feature) / Double(featureWidths.count)
  }

  fileprivate func classified(_ feature: Tensor) -> Tensor { fc(feature) }
}

extension Fusion {
  /// The logits [B, K] of every modality's own classifier, where the head has such: the layers of
  /// `sum`, the one layer of `shared`, and any head of a single modality. `nil` elsewhere.
  public func ownLogits(_ modality: Int, of feature: Tensor) -> Tensor? {
    guard let slice = slice(modality, of: feature) else { return nil }
    if let shared = self as? SharedFusion { return shared.classified(feature) }
    return self is SumFusion || featureWidths.count == 1 ? slice : nil
  }
}

extension SharedFusion {
  /// The settings of `type: shared`.
  public struct Configuration: FusionConfiguration {
    /// `shared`.
    public static let name = "shared"
    /// One line for lists.
    public static let summary =
      "one linear layer that all modalities use; their logits are averaged"

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      try SharedFusion(modalities, classes: classes, from: generator)
    }
  }
}
