// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// On-the-fly gradient modulation with generalisation enhancement (Peng et al., CVPR 2022): the
/// encoder gradients of a modality that is ahead are made smaller, and noise makes up for what that
/// takes from the gradient's own.
///
/// ```
/// s_m = Σ_i softmax(ℓ_m)[i, y_i],   ρ_m = mean over j ≠ m of s_m / s_j     ModalityScores
/// k_m = 1 − tanh(α ρ_m) if ρ_m > 1, else 1                  (Eq. 10)       coefficients(_:alpha:)
/// g   ← k_m g + ε,   ε_j ~ N(0, σ(g)²)                                     EncoderGradientScaling
/// ```
/// ℓ_m is the modality's exact part of the fused logits where the head has one, else the logits with
/// the other features zero, which the authors advise for FiLM and gating. The loss is that of joint
/// training; head, biases and normalisation are not touched. Without ``Configuration/noise`` this is
/// OGM.
///
/// From the paper it differs in the noise, whose deviation is one number for each tensor, as in the
/// released code; ρ for three modalities or more is that of the journal version (``OGM``). From the
/// released code it differs in that weights of rank 2 or more change, not only convolutions
/// (``Configuration/convolutionsOnly``), and in that at ρ = 1 nothing does.
public final class OGMGE: GradientModulating, TelemetryReporting {
  /// The settings of OGM-GE.
  public struct Configuration: ConfigurationSection {
    /// α, how strongly a modality that is ahead is slowed; 0 does not.
    public var alpha = 0.8
    /// Whether noise is added to the gradients that may be scaled (the GE of OGM-GE).
    public var noise = true
    /// The epochs in which gradients change.
    public var window = EpochWindow(first: 0, last: 50)
    /// Whether only convolutions of images change, as in the released code.
    public var convolutionsOnly = false

    /// The defaults.
    public init() {}
  }

  /// `ogm-ge`
  public static let name = "ogm-ge"
  /// One line for lists.
  public static let summary = "shrinks the encoder gradients of the modality ahead, adds noise"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    .byScore, missing: .comparedOnCommonSamples)
  /// The conference paper.
  public static let citation: Citation? = Citation(
    authors: "Peng et al.",
    title: "Balanced Multimodal Learning via On-the-fly Gradient Modulation", venue: "CVPR 2022")

  /// ρ and k of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream

  /// OGM-GE of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "OGM-GE")
    self.configuration = configuration
    self.setting = setting
    stream = MethodStream(Self.name, setting)
  }

  /// k of each modality (Eq. 10).
  ///
  /// - Parameters:
  ///   - ratios: ρ, [M].
  ///   - alpha: α.
  /// - Returns: k, [M], in (0, 1].
  public static func coefficients(_ ratios: Tensor, alpha: Double) -> Tensor {
    let slowed = 1 - (ratios * alpha).tanh()
    return slowed.selected(where: ratios.greater(than: 1), else: ratios.zerosLike() + 1)
  }

  /// Scales the encoders' gradients inside the window.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    telemetry = []
    guard configuration.window.contains(context.epoch) else { return }
    let ratios = ModalityScores.ratios(
      forward.encoded, of: context.batch, in: setting)
    let coefficients = Self.coefficients(ratios, alpha: configuration.alpha)
    EncoderGradientScaling(convolutionsOnly: configuration.convolutionsOnly).scale(
      &gradients, by: coefficients, noise: configuration.noise ? stream.generator(context) : nil)
    telemetry =
      setting.telemetry("ratio", ratios) + setting.telemetry("coefficient", coefficients)
  }
}

extension OGMGE.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("alpha", alpha, .atLeast(0))
    try window.check(at: path.appending("window"))
  }
}
