// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// Feature-wise linear modulation (Perez et al., 2018): the first modality scales and shifts the
/// second.
///
/// ```
/// [γ; β] = fc(z_1)
/// logits = fc_out(γ ⊙ r + β),   r = [z_2; …; z_M]
/// ```
/// Two modalities give the usual head; further ones are modulated alongside the second.
public final class FiLMFusion: Fusion {
  private let fc: Linear
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
    let rest = try Conditioning.rest(of: featureWidths, fusion: "film")
    self.featureWidths = featureWidths
    self.classes = classes
    fc = Linear(featureWidths[0], 2 * rest, from: generator)
    fcOut = Linear(rest, classes, from: generator)
  }

  /// The kind and its sizes.
  public var summary: String {
    "FiLM, \(featureWidths[0]) modulates \(featureWidths.dropFirst().reduce(0, +)) → \(classes)"
  }

  /// [B, w_m] each → [B, K].
  public func logits(_ features: [Tensor]) -> Tensor {
    checkFeatures(features)
    let rest = Conditioning.joined(features)
    let width = rest.size(-1)
    let modulation = fc(features[0]).split([width, width], dimension: 1)
    return fcOut(modulation[0] * rest + modulation[1])
  }

  /// `nil`: a product is not a sum over modalities.
  public func slice(_ modality: Int, of feature: Tensor) -> Tensor? { nil }

  /// What zeros say of the first modality scales and shifts the others.
  public var problemWithZeros: String? {
    "the first modality scales and shifts the others, and zeros in its place would do so, too"
  }
}

extension FiLMFusion {
  /// The settings of `type: film`.
  public struct Configuration: FusionConfiguration {
    /// `film`.
    public static let name = "film"
    /// One line for lists.
    public static let summary = "feature-wise linear modulation by the first modality"

    /// The defaults.
    public init() {}

    /// A head with random weights.
    public func makeFusion(
      of modalities: [(name: String, width: Int)], classes: Int, from generator: Generator
    ) throws -> any Fusion {
      try FiLMFusion(modalities.map(\.width), classes: classes, from: generator)
    }
  }
}
