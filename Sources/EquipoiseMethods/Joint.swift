// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseKit
public import EquipoiseSettings

/// Joint training: one network on all modalities, the mean cross-entropy of the fused logits.
///
/// It has no hook: what the standard step does is joint training.
public final class Joint: BalancingMethod {
  /// Joint training has no settings.
  public struct Configuration: ConfigurationSection {
    /// The only configuration.
    public init() {}
  }

  /// `joint`
  public static let name = "joint"
  /// One line for lists.
  public static let summary = "all modalities together, one loss on the fused logits"
  /// What it asks of the model.
  public static let needs = ModelNeeds(tasks: .lossOnly, missing: .fusedLossAlone)
  /// There is no paper to cite.
  public static let citation: Citation? = nil

  /// Joint training of any model.
  public init(_ configuration: Configuration, for setting: MethodSetting) {}
}

/// Unimodal training: the same trainer on a model of one modality, its own linear head.
public final class Unimodal: BalancingMethod {
  /// Unimodal training has no settings.
  public struct Configuration: ConfigurationSection {
    /// The only configuration.
    public init() {}
  }

  /// `unimodal`
  public static let name = "unimodal"
  /// One line for lists.
  public static let summary = "one modality alone, the reference for what it can reach"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 1...1, tasks: .lossOnly,
    missing: .stated("samples without the modality are left out, of training and of scores"))
  /// There is no paper to cite.
  public static let citation: Citation? = nil

  /// Unimodal training; the model must have one modality.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let names = setting.model.modalities
    guard names.count == 1 else {
      throw EquipoiseError(
        .configuration,
        "unimodal training takes one modality, and this model has \(names.joined(separator: ", "))",
        at: "modalities",
        fix: "choose one, for example \(.setting("modalities=\(names.first ?? "audio")"))")
    }
  }
}
