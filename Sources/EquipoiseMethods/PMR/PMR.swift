// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
import EquipoiseFormats
public import EquipoiseTorch

/// Prototypical modal rebalance (Fan et al., CVPR 2023): a modality that lags is pulled to the
/// prototypes of its classes, and one that leads is kept from being too sure.
///
/// ```
/// c_k^m   mean feature of modality m over samples of class k              PMRPrototypes
/// D_ik^m  = ‖z_m,i − c_k^m‖,   p^m = softmax(−D^m)                        distances(_:to:)
/// s_m     = Σ_i p^m[i, y_i]                                               ModalityScores
/// β_m     = clip(s_max / s_m − 1, 0, 1)                                   lags(_:)
/// γ_m     = clip(s_m / s_min − 1, 0, 1)                                   leads(_:)
/// H(p)    = mean_i −Σ_k p_ik log p_ik                                     entropy(_:)
/// L       = CE(ℓ, y) + α Σ_m β_m CE(−D^m, y) − μ Σ_m γ_m H(p^m)           loss(for:in:)
/// ```
/// β and γ are constants for the gradient; for two modalities they are the paper's, with
/// ρ = s_0/s_1. The entropy has a part in the first ``Configuration/entropyEpochs`` epochs only.
/// Prototypes are those of a random tenth of the training samples, in evaluation mode and without
/// augmentation, recomputed before each epoch; a class that is not among them keeps its prototype. The
/// first time, all samples are seen if a class would be without.
///
/// The released code has no entropy term (``Configuration/entropyWeight`` 0) and makes β and γ one
/// wherever they are not zero (``Configuration/hardCoefficients``); its tenth is augmented.
public final class PMR: ObjectiveDefining, EpochAdapting, StateKeeping, TelemetryReporting,
  ResourceStating
{
  /// The settings of PMR.
  public struct Configuration: ConfigurationSection {
    /// α, the weight of the pull towards prototypes.
    public var alpha = 2.0
    /// μ, the weight of the entropy of a modality that leads.
    public var entropyWeight = 1e-2
    /// How many epochs the entropy has a part in (E_r).
    public var entropyEpochs = 70
    /// ε, the part that a prototype keeps of itself when it is recomputed.
    public var momentum = 0.2
    /// The share of the training samples that prototypes are made of.
    public var share = 0.1
    /// The epochs in which the loss changes; joint training outside.
    public var window = EpochWindow(first: 0, last: 70)
    /// Whether β and γ are one wherever they are not zero, as in the released code.
    public var hardCoefficients = false

    /// The defaults.
    public init() {}
  }

  /// `pmr`
  public static let name = "pmr"
  /// One line for lists.
  public static let summary = "pulls the modality that lags to class prototypes"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .refused(
        "its prototypes are means of classes, and a sample here has several or none"),
      regression: .refused("its prototypes are means of classes, which numbers do not have")),
    missing: .stated(
      "prototypes, pull and entropy are of the samples that have the modality; scores are compared pairwise by those that have both"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Fan et al.", title: "PMR: Prototypical Modal Rebalance for Multimodal Learning",
    venue: "CVPR 2023")

  /// β, γ and H of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream
  private var prototypes: PMRPrototypes

  /// PMR of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "PMR")
    self.configuration = configuration
    self.setting = setting
    stream = MethodStream(Self.name, setting)
    prototypes = PMRPrototypes(setting)
  }

  // MARK: Equations

  /// D, the distances of features [B, w] to prototypes [K, w]; [B, K].
  public static func distances(_ features: Tensor, to prototypes: Tensor) -> Tensor {
    let difference = features.unsqueezed(1) - prototypes.unsqueezed(0)
    // The square root has no derivative at 0.
    return ((difference * difference).sum(over: [2]) + 1e-12).squareRoot()
  }

  /// β, how far each modality is behind the best, [M] in [0, 1].
  ///
  /// - Parameter scores: s, [M].
  /// - Returns: 0 for the best.
  public static func lags(_ scores: Tensor) -> Tensor {
    (scores.maximum(over: [0]) / (scores + 1e-8) - 1).clamped(low: 0, high: 1)
  }

  /// γ, how far each modality is ahead of the worst, [M] in [0, 1].
  ///
  /// - Parameter scores: s, [M].
  /// - Returns: 0 for the worst.
  public static func leads(_ scores: Tensor) -> Tensor {
    (scores / (scores.minimum(over: [0]) + 1e-8) - 1).clamped(low: 0, high: 1)
  }

  private static func coefficients(_ scores: Tensor) -> (lags: Tensor, leads: Tensor) {
    (lags(scores), leads(scores))
  }

  /// β and γ where samples lack modalities: the largest lag behind, and the largest lead over, another modality by the
  /// samples that have both; of complete samples these are those of the best and of the worst.
  static func coefficients(_ logits: [Tensor], _ batch: Batch) -> (lags: Tensor, leads: Tensor) {
    let one = logits[0].sum().zerosLike() + 1
    let pairs = ModalityScores.pairs(logits, of: batch, by: .crossEntropy).map { pairs in
      pairs.map { $0.map { Tensor.stacked([$0.own, $0.other]) } ?? Tensor.stacked([one, one]) }
    }
    func largest(_ of: (Tensor) -> Tensor) -> Tensor {
      Tensor.stacked(
        pairs.map { Tensor.stacked($0.map { of($0).select(0) }).maximum(over: [0]) })
    }
    return (largest(lags), largest(leads))
  }

  /// H, the mean entropy of softmax over the rows of logits [B, K].
  public static func entropy(_ logits: Tensor) -> Tensor {
    -(logits.softmax(1) * logits.logSoftmax(1)).sum(over: [1]).mean()
  }

  // MARK: Hooks

  /// Recomputes the prototypes.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    guard configuration.window.contains(epoch) else { return }
    try prototypes.update(
      with: engine, momentum: configuration.momentum,
      in: TrainingSubset(share: configuration.share, from: stream.numbers(epoch: epoch)))
  }

  /// The cross-entropy with the terms of the prototypes.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    telemetry = []
    let labels = context.batch.labels
    let fused = forward.logits.inFullPrecision().crossEntropy(labels)
    guard configuration.window.contains(context.epoch) else { return fused }
    let logits = prototypes.logits(forward.features.map { $0.inFullPrecision() })
    let (lags, leads) = coefficients(logits, context.batch)
    let own = logits.enumerated().map { index, logits in
      let presence = context.batch.present[index]
      return presence.hasRows ? (presence.rows(of: logits), presence.rows(of: labels)) : nil
    }
    // 0 of a modality that no sample of the batch has.
    let none = fused.detached().zerosLike()
    let pulls = Tensor.stacked(own.map { $0.map { $0.0.crossEntropy($0.1) } ?? none })
    let entropies = Tensor.stacked(own.map { $0.map { Self.entropy($0.0) } ?? none })
    telemetry =
      setting.telemetry("lag", lags) + setting.telemetry("lead", leads)
      + setting.telemetry("entropy", entropies.detached())
    let accelerated = fused + (lags * pulls).sum() * configuration.alpha
    guard context.epoch < configuration.entropyEpochs else { return accelerated }
    return accelerated - (leads * entropies).sum() * configuration.entropyWeight
  }

  private func coefficients(_ logits: [Tensor], _ batch: Batch) -> (lags: Tensor, leads: Tensor) {
    withoutGradient {
      let (lags, leads) =
        !batch.isPartial
        ? Self.coefficients(ModalityScores.scores(logits, labels: batch.labels, by: .crossEntropy))
        : Self.coefficients(logits, batch)
      guard configuration.hardCoefficients else { return (lags, leads) }
      return (lags.greater(than: 0).to(lags.dtype), leads.greater(than: 0).to(leads.dtype))
    }
  }

  /// A forward pass for prototypes in each epoch of the window.
  public var resources: MethodResources {
    let summary = setting.summary
    let share = configuration.share * configuration.window.share(of: setting.epochs)
    return MethodResources(
      memory: prototypes.state.reduce(0) { $0 + $1.tensor.byteCount },
      multiplyAddsPerSample: 3 * summary.multiplyAdds
        + Int(saturating: share * Double(summary.encoderMultiplyAdds)))
  }

  /// The prototypes.
  public var state: [NamedTensor] { prototypes.state }

  /// Continues from saved prototypes.
  public func restore(_ state: [String: Tensor]) throws {
    try prototypes.restore(SavedState(state))
  }
}

extension PMR.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("alpha", alpha, .atLeast(0))
    try path.check("entropyWeight", entropyWeight, .atLeast(0))
    try path.check("entropyEpochs", entropyEpochs, .atLeast(0))
    try path.check("momentum", momentum, .from(0..<1))
    try path.check("share", share, .above(0))
    try path.check("share", share, .within(0...1))
    try window.check(at: path.appending("window"))
  }
}
