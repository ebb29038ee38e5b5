// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// Gating (Kiela et al., 2018): the first modality opens and closes the units of the second.
///
/// ```
/// logits = fc_out(σ(fc_x(z_1)) ⊙ fc_y(r)),   r = [z_2; …; z_M]
/// ```
/// Two modalities give the usual head; further ones are gated alongside the second. The gated units
/// are as many as the widest modality has features.
public final class GatedFusion: Fusion {
  private let fcX: Linear
  private let fcY: Linear
  private let fcOut: Linear
  /// The feature width of each modality.
  public let featureWidths: [Int]
  /// The number of classes.
  public let classes: Int

  /// A head with random weights.
  ///
  /// - Parameters:
  ///   - featureWidths: of each modality, two or more.
  ///   - classes: the number of classes.
  ///   - generator: the stream to draw the weights from.
  /// - Throws: ``EquipoiseError`` for fewer than two modalities.
  public init(_ featureWidths: [Int], classes: Int, from generator: Generator) throws {
    let rest = try Conditioning.rest(of: featureWidths, fusion: "gated")
    let units = featureWidths.max() ?? rest
    self.featureWidths = featureWidths
    self.classes = classes
    fcX = Linear(featureWidths[0], units, from: generator)
    fcY = Linear(rest, units, from: generator)
    fcOut = Linear(units, classes, from: generator)
  }

  /// The kind and its sizes.
  public var summary: String {
    "gated, \(featureWidths[0]) gates \(featureWidths.dropFirst().reduce(0, +)) → \(classes)"
  }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    return fcOut(fcX(features[0]).sigmoid() * fcY(Conditioning.joined(features)))
  }

  /// `nil`: a product is not a sum over modalities.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? { nil }

  /// What zeros say of one side is multiplied with the other.
  public var problemWithZeros: String? {
    "the first modality is multiplied with the others, and zeros in its place or theirs would be, too"
  }
}

extension GatedFusion {
  /// The settings of `type: gated`.
  public struct Configuration: FusionConfiguration {
    /// `gated`.
    public static let name = "gated"
    /// One line for lists.
    public static let summary = "gating by the first modality"

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      try GatedFusion(modalities.map(\.width), classes: classes, from: generator)
    }
  }
}
