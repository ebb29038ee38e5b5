// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Joint training with a loss for each modality beside the fused one, at fixed weights: the plainest
/// way to keep a modality from being neglected.
///
/// ```
/// L = CE(ℓ, y) + w Σ_m CE(ℓ_m, y)
/// ```
/// ℓ_m is the modality's own part of the fused logits where the fusion splits exactly (concatenation,
/// sum); for other fusions the logits with the other features at zero (`Fusion.unimodalLogits`). In a regression it is
/// M times that part (`MethodSetting.unimodalOutputs`).
public final class UnimodalLosses: BalancingMethod, ObjectiveDefining {
  /// The weight of the unimodal losses.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// w, the weight of each unimodal loss; 0 is joint training.
    public var weight = 1.0

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("weight", weight, .atLeast(0))
    }
  }

  /// `unimodal-losses`
  public static let name = "unimodal-losses"
  /// One line for lists.
  public static let summary = "joint training with a fixed loss on each modality's own logits"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    tasks: .ownLosses,
    missing: .stated("each modality's own loss is the mean over the samples that have it"))
  /// Too plain to have an inventor.
  public static let citation: Citation? = nil

  private let weight: Double
  private let setting: MethodSetting

  /// Fixed weights for any model.
  public init(_ configuration: Configuration, for setting: MethodSetting) {
    weight = configuration.weight
    self.setting = setting
  }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) -> Tensor {
    let (labels, objective) = (context.batch.labels, setting.objective)
    let fused = objective.loss(forward.logits.inFullPrecision(), labels)
    guard weight > 0 else { return fused }
    let features = forward.features.map { $0.inFullPrecision() }
    let losses = objective.losses(setting.unimodalOutputs(features), in: context.batch)
    return fused + Tensor.stacked(losses.map(\.loss)).sum() * weight
  }
}
