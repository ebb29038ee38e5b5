// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseTorch

/// What turns the features of M modalities into logits.
public protocol Fusion: Module {
  /// The feature width of each modality.
  var featureWidths: [Int] { get }

  /// The number of classes, K.
  var classes: Int { get }

  /// The kind and its sizes in a few words.
  var summary: String { get }

  /// Features [B, w_m] of every modality → logits [B, K].
  func logits(_ features: [Tensor]) -> Tensor

  /// The part of the logits that one modality adds, [B, K]; the parts of all modalities sum to the
  /// logits. `nil` where the logits are not such a sum.
  ///
  /// - Parameters:
  ///   - modality: the index of the modality.
  ///   - feature: its feature [B, w].
  /// - Returns: the part, bias included.
  func slice(_ modality: Int, of feature: Tensor) -> Tensor?

  /// Why a feature of zeros cannot stand for a modality that a sample lacks; `nil` where it can, as it does without
  /// being said.
  var problemWithZeros: String? { get }
}

extension Fusion {
  /// None: what is added up lacks a part.
  public var problemWithZeros: String? { nil }
}

extension Fusion {
  /// The parts of the logits that the modalities add, [B, K] each, or `nil` where the logits are not
  /// such sum.
  public func slices(_ features: [Tensor]) -> [Tensor]? {
    let parts = features.indices.compactMap { slice($0, of: features[$0]) }
    return parts.count == features.count ? parts : nil
  }

  /// The logits that each modality has in this head on its own, [B, K] each: its exact part where the
  /// logits are a sum of modalities, else ``zeroOutLogits(_:)``.
  public func unimodalLogits(_ features: [Tensor]) -> [Tensor] {
    slices(features) ?? zeroOutLogits(features)
  }

  /// Logits [B, K] with the **features** of all other modalities zero. (Zeroing their raw inputs is
  /// something else, because encoders do not map zero to zero:
  /// ``MultimodalModel/masked(_:keeping:)->[Tensor]``.)
  ///
  /// - Parameters:
  ///   - modality: the index of the modality that stays.
  ///   - features: of every modality.
  /// - Returns: h(0, …, z_m, …, 0).
  public func zeroOut(keeping modality: Int, of features: [Tensor]) -> Tensor {
    logits(
      features.enumerated().map { index, feature in
        index == modality ? feature : feature.zerosLike()
      })
  }

  /// ``zeroOut(keeping:of:)`` for every modality.
  public func zeroOutLogits(_ features: [Tensor]) -> [Tensor] {
    features.indices.map { zeroOut(keeping: $0, of: features) }
  }

  /// Traps unless there is one feature of the right width for each modality.
  func checkFeatures(_ features: [Tensor]) {
    precondition(
      features.map { $0.size(-1) } == featureWidths,
      "fusion of widths \(featureWidths): features of shapes \(features.map(\.shape))")
  }
}
