// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Multi-loss gradient modulation (Kontras et al., BMVC 2024): unimodal losses beside the fused one, and gradients by
/// which a modality that is behind is sped up, where others only slow the one ahead.
///
/// ```
/// L   = CE(ℓ, y) + w Σ_m CE(ℓ_m, y)                                    loss(for:in:)
/// r_m = mean_{j≠m} s_j / s_m;  of a regression MSE_m / mean_{j≠m} MSE_j   lags(scores:), lags(errors:)
/// k_m = 1 + (β_m − 1) tanh(α (r_m − 1)),  β_m = β if r_m > 1, else 2   coefficients(_:alpha:beta:)
/// ```
/// k_m multiplies the whole gradient of encoder m, of its own head, and of its columns of the fused head's weight.
/// ℓ_m are those of linear heads that the method owns.
///
/// β = 1 never speeds up, and below 1 the modality behind is slowed too: the published settings for AVE (1) and UCF-101
/// (0.5) do that. Adam, which the released code trains with, divides a steady k out: what is left is its change in time.
///
/// The README of the released code is followed, not its class for three modalities, which ignores β.
public final class MLB: ObjectiveDefining, GradientModulating, ParameterOwning, TelemetryReporting,
  ResourceStating
{
  /// The settings of MLB.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// w, the weight of each unimodal loss.
    public var weight = 1.0
    /// α, how strongly gradients react; 0 leaves them as they are.
    public var alpha = 0.5
    /// β, the largest factor of a modality that is behind.
    public var beta = 2.0
    /// By what each modality is trained and compared.
    public var heads = HeadChoice.own
    /// The epochs in which gradients change.
    public var window = EpochWindow()

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("weight", weight, .atLeast(0))
      try path.check("alpha", alpha, .atLeast(0))
      try path.check("beta", beta, .above(0))
      try window.check(at: path.appending("window"))
    }
  }

  /// `mlb`
  public static let name = "mlb"
  /// One line for lists.
  public static let summary = "unimodal losses, and faster gradients for the modality behind"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: TaskRules.byScore.multilabel,
      regression: .published("r_m = MSE_m / mean of the others' MSE, as in the released code")),
    missing: .stated(
      "each modality's own loss is the mean over the samples that have it; two are compared by the samples that have both, of more than two pairwise"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Kontras et al.",
    title: "Improving Multimodal Learning with Multi-Loss Gradient Modulation", venue: "BMVC 2024")

  /// r and k of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  /// `nil` where nothing is asked of single modalities.
  private let heads: UnimodalHeads?

  /// MLB of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "MLB")
    (self.configuration, self.setting) = (configuration, setting)
    let isNeutral = configuration.weight == 0 && configuration.alpha == 0
    heads = isNeutral ? nil : try UnimodalHeads(configuration.heads, of: Self.name, setting)
    try heads?.requireTraining(configuration.weight)
  }

  // MARK: Equations

  /// r of each modality, [M]: above 1 where it is behind the others.
  public static func lags(scores: Tensor) -> Tensor {
    (scores.sum() - scores) / Double(scores.count - 1) / (scores + 1e-8)
  }

  /// r of each modality of a regression, [M], from mean squared errors.
  public static func lags(errors: Tensor) -> Tensor {
    errors / ((errors.sum() - errors) / Double(errors.count - 1) + 1e-8)
  }

  /// k of each modality.
  ///
  /// - Parameters:
  ///   - lags: r, [M].
  ///   - alpha: α.
  ///   - beta: β.
  /// - Returns: k, [M]: below 1 where a modality is ahead, up to β where it is behind.
  public static func coefficients(_ lags: Tensor, alpha: Double, beta: Double) -> Tensor {
    let reaction = ((lags - 1) * alpha).tanh()
    return (reaction * (beta - 1)).selected(where: lags.greater(than: 1), else: reaction) + 1
  }

  private func lags(_ features: [Tensor], _ batch: Batch, _ heads: UnimodalHeads) -> Tensor {
    withoutGradient {
      let (objective, labels) = (setting.objective, batch.labels)
      let outputs = heads.outputs(features.map { $0.inFullPrecision() })
      if batch.isPartial {
        return ModalityScores.lags(outputs, of: batch, by: objective)
      }
      guard objective.task != .regression else {
        return Self.lags(errors: Tensor.stacked(outputs.map { objective.squaredError($0, labels) }))
      }
      return Self.lags(scores: ModalityScores.scores(outputs, labels: labels, by: objective))
    }
  }

  // MARK: Hooks

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    setting.fusedLoss(forward, context, and: heads, weight: configuration.weight)
  }

  /// Scales gradients inside the window.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    telemetry = []
    guard let heads, configuration.alpha > 0, configuration.window.contains(context.epoch) else {
      return
    }
    let lags = lags(forward.features, context.batch, heads)
    let coefficients = Self.coefficients(
      lags, alpha: configuration.alpha, beta: configuration.beta)
    gradients.scale(by: coefficients.unbound(), in: setting.model)
    telemetry = setting.telemetry("lag", lags) + setting.telemetry("coefficient", coefficients)
  }

  /// Joint training, and the heads there and back and once more for r.
  public var resources: MethodResources {
    .joint(of: setting, with: heads, passes: configuration.weight > 0 ? 4 : 1)
  }
}
