// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels

/// What a method asks of the model, stated once: lists, benchmarks, tests and scripts are made from it.
///
/// The method's `init` refuses every other model, with its reason.
public struct ModelNeeds: Sendable {
  /// How many modalities there may be.
  public var modalities: ClosedRange<Int>
  /// The fusion that it needs of several modalities; nil takes each.
  public var fusion: FusionSection?
  /// The names of the fusions that it takes of several modalities; nil takes ``fusion`` alone, or each without one.
  public var fusions: [String]?
  /// The coupling that it needs of several modalities; nil takes each.
  public var coupling: CouplingSection?
  /// Whether all encoders must have equally many blocks.
  public var equalDepths: Bool
  /// What it does with tasks other than classification.
  public var tasks: TaskRules
  /// What it does with samples that lack a modality.
  public var missing: TaskRule

  /// What a method needs; without anything said it takes every model.
  public init(
    modalities: ClosedRange<Int> = 1...Int.max, fusion: FusionSection? = nil,
    fusions: [String]? = nil, coupling: CouplingSection? = nil, equalDepths: Bool = false,
    tasks: TaskRules = .classificationOnly,
    missing: TaskRule = .refused("it states no rule for samples that lack a modality")
  ) {
    (self.modalities, self.fusion, self.fusions) = (modalities, fusion, fusions)
    self.coupling = coupling
    (self.equalDepths, self.tasks, self.missing) = (equalDepths, tasks, missing)
  }

  /// Two modalities or more, and otherwise every model.
  public static let severalModalities = ModelNeeds(modalities: 2...Int.max)

  /// The same with rules for other tasks and for samples that lack a modality.
  func with(_ tasks: TaskRules, missing: TaskRule) -> ModelNeeds {
    var needs = self
    (needs.tasks, needs.missing) = (tasks, missing)
    return needs
  }

  /// The settings, as `key.path=value`, that a model of several modalities needs beside the defaults.
  public var settings: [String] {
    let standard = ModelConfiguration()
    var settings: [String] = []
    if let coupling, coupling.name != standard.coupling.name {
      settings.append("model.coupling=\(coupling.name)")
    }
    if let fusion, fusion.name != standard.fusion.name {
      settings.append("model.fusion=\(fusion.name)")
    }
    return settings
  }

  /// Whether it takes a fusion of several modalities.
  ///
  /// - Parameter name: as in `model.fusion.type`.
  /// - Returns: whether the method's `init` is to accept it.
  public func takes(fusion name: String) -> Bool {
    fusions?.contains(name) ?? fusion.map { $0.name == name } ?? true
  }

  /// Whether a model has what the method needs; depths are not asked.
  ///
  /// - Parameters:
  ///   - count: its modalities.
  ///   - model: its configuration. With one modality it has a linear head, whatever the fusion, and nothing to couple.
  /// - Returns: whether the method's `init` is to accept it.
  package func isMet(modalities count: Int, _ model: ModelConfiguration) -> Bool {
    guard modalities.contains(count) else { return false }
    guard count > 1 else { return true }
    return takes(fusion: model.fusion.name)
      && (coupling.map { $0.name == model.coupling.name } ?? true)
  }
}
