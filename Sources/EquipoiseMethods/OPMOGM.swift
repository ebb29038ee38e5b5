// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// ``OPM`` and ``OGM`` together, as the journal combines them (Wei et al., TPAMI 2024): features are
/// dropped on the way forward, gradients scaled on the way back. Both judge a batch by its features
/// before dropping.
public final class OPMOGM: FeatureModulating, GradientModulating, StateKeeping, TelemetryReporting {
  /// The settings of both.
  public struct Configuration: ConfigurationSection {
    /// What happens to features.
    public var opm = OPM.Configuration()
    /// What happens to gradients.
    public var ogm = OGM.Configuration()

    /// The defaults.
    public init() {}
  }

  /// `opm-ogm`
  public static let name = "opm-ogm"
  /// One line for lists.
  public static let summary = "OPM on the features and OGM on the gradients"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(.byScore, missing: OPM.needs.missing)
  /// The journal paper.
  public static let citation: Citation? = OGM.citation

  private let opm: OPM
  private let ogm: OGM

  /// Both of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    opm = try OPM(configuration.opm, for: setting)
    ogm = try OGM(configuration.ogm, for: setting)
  }

  /// As OPM.
  public func modulate(_ features: [Tensor], in context: StepContext) throws -> [Tensor] {
    try opm.modulate(features, in: context)
  }

  /// As OGM.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    try ogm.modulate(&gradients, given: forward, in: context)
  }

  /// OPM's; OGM has none.
  public var state: [NamedTensor] { opm.state }

  /// Continues from OPM's state.
  public func restore(_ state: [String: Tensor]) throws { try opm.restore(state) }

  /// Of both.
  public var telemetry: [(name: MetricName, value: Tensor)] { opm.telemetry + ogm.telemetry }
}

extension OPMOGM.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try opm.check(at: path.appending("opm"))
    try ogm.check(at: path.appending("ogm"))
  }
}
