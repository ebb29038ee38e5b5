// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// On-the-fly gradient modulation as the journal has it (Wei et al., TPAMI 2024): a smooth version
/// of ``OGMGE`` that starts at k = 1 where a modality gets ahead.
///
/// ```
/// ρ_m = 1/(M−1) Σ_{j≠m} s_m / s_j                             ModalityScores
/// k_m = max(0, 1 − α tanh(ρ_m − 1)) if ρ_m > 1, else 1        coefficients(_:alpha:)
/// g   ← k_m g + ε,   ε_j ~ N(0, σ(g)²)                        EncoderGradientScaling
/// ```
/// Scores, noise and what is touched are those of ``OGMGE``. The released code keeps the conference
/// rule for k (``Configuration/conferenceCoefficients``) and changes convolutions only
/// (``Configuration/convolutionsOnly``).
public final class OGM: GradientModulating, TelemetryReporting {
  /// The settings of the journal's OGM.
  public struct Configuration: ConfigurationSection {
    /// α, how strongly a modality that is ahead is slowed; 0 does not.
    public var alpha = 0.8
    /// Whether noise is added to the gradients that may be scaled.
    public var noise = true
    /// The epochs in which gradients change.
    public var window = EpochWindow(first: 6, last: 60)
    /// Whether only convolutions of images change, as in the released code.
    public var convolutionsOnly = false
    /// Whether k is OGM-GE's 1 − tanh(α ρ), as in the released code.
    public var conferenceCoefficients = false

    /// The defaults.
    public init() {}
  }

  /// `ogm`
  public static let name = "ogm"
  /// One line for lists.
  public static let summary = "the journal's OGM: gradients shrink smoothly with a modality's lead"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    .byScore, missing: .comparedOnCommonSamples)
  /// The journal paper.
  public static let citation: Citation? = Citation(
    authors: "Wei et al.", title: "On-the-fly Modulation for Balanced Multimodal Learning",
    venue: "TPAMI 2024")

  /// ρ and k of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream

  /// OGM of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "OGM")
    self.configuration = configuration
    self.setting = setting
    stream = MethodStream(Self.name, setting)
  }

  /// k of each modality.
  ///
  /// - Parameters:
  ///   - ratios: ρ, [M].
  ///   - alpha: α.
  /// - Returns: k, [M], in [0, 1].
  public static func coefficients(_ ratios: Tensor, alpha: Double) -> Tensor {
    // relu makes tanh(ρ − 1) zero, and so k one, where a modality is not ahead.
    (1 - (ratios - 1).relu().tanh() * alpha).clamped(low: 0)
  }

  /// Scales the encoders' gradients inside the window.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    telemetry = []
    guard configuration.window.contains(context.epoch) else { return }
    // The encoders' features: those that were fused are OPM's where the two work together.
    let ratios = ModalityScores.ratios(
      forward.encoded, of: context.batch, in: setting)
    let coefficients =
      configuration.conferenceCoefficients
      ? OGMGE.coefficients(ratios, alpha: configuration.alpha)
      : Self.coefficients(ratios, alpha: configuration.alpha)
    EncoderGradientScaling(convolutionsOnly: configuration.convolutionsOnly).scale(
      &gradients, by: coefficients, noise: configuration.noise ? stream.generator(context) : nil)
    telemetry =
      setting.telemetry("ratio", ratios) + setting.telemetry("coefficient", coefficients)
  }
}

extension OGM.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("alpha", alpha, .atLeast(0))
    try window.check(at: path.appending("window"))
  }
}
