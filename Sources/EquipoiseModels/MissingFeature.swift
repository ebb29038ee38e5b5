// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// What is fused in place of the feature of a modality that a sample lacks.
public enum MissingFeatures: String, ConfigurationChoice {
  /// Zeros: of a head that adds the modalities up only the bias is left of the modality.
  case zero
  /// A vector for each modality, trained with the model and saved with its weights. It starts at zero.
  case embedding
}

/// The learned vector that stands for a modality's feature where a sample lacks it.
public final class MissingFeature: Module {
  /// The vector, [w].
  public let embedding: Parameter

  /// Zeros.
  ///
  /// - Parameter width: the width of the modality's feature.
  public init(width: Int) { embedding = Parameter(.zeros([width])) }
}
