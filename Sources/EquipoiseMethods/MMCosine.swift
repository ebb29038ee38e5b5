// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseModels

/// MMCosine (Xu et al., ICASSP 2023): joint training of a head in which a modality cannot win by the
/// length of its features or weights, because its logits are cosines.
///
/// The head is ``CosineFusion``, chosen as `model.fusion.type: cosine`, also at inference; the loss is
/// the cross-entropy of its logits. The method has no hook: it makes sure of the head and gives the
/// run its name. Other methods can train the same head.
public final class MMCosine: BalancingMethod {
  /// The scale of the cosines is the head's: `model.fusion.scale`.
  public struct Configuration: ConfigurationSection {
    /// The only configuration.
    public init() {}
  }

  /// `mmcosine`
  public static let name = "mmcosine"
  /// One line for lists.
  public static let summary = "logits are cosines of features and class weights"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, fusion: .cosine(),
    tasks: TaskRules(
      multilabel: .stated("a label is predicted where the sum of the cosines is above 0"),
      regression: .refused("a sum of M scaled cosines lies within ± M · scale, whatever the target")
    ), missing: .stated("the fused loss, of all samples; the cosine of a missing modality is 0"))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Xu et al.",
    title: "MMCosine: Multi-Modal Cosine Loss Towards Balanced Audio-Visual Fine-Grained Learning",
    venue: "ICASSP 2023")

  /// MMCosine of a model of two modalities or more with the cosine head.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "MMCosine")
    guard setting.model.fusion is CosineFusion else {
      throw EquipoiseError(
        .configuration,
        "MMCosine is a fusion head, and this model has another: \(setting.model.fusion.summary)",
        at: "model.fusion", fix: "set it to 'cosine'")
    }
  }
}
