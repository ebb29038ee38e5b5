// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// On-the-fly prediction modulation (Wei et al., TPAMI 2024): the features of a modality that is
/// ahead are dropped from random samples, so that the others have to be used.
///
/// ```
/// ρ_m = 1/(M−1) Σ_{j≠m} s_m / s_j                                          ModalityScores
/// q_m = clip(q_base (1 + λ tanh(ρ_m − 1)), 0, 1) if ρ_m > 1, else 0        rates(_:base:lambda:)
/// d_m,i ~ Bernoulli(1 − q_m)                                               kept(rates:samples:from:)
/// θ   = Σ_m w_m q_m / Σ_m w_m                w_m: width of the features    droppedShare(_:widths:)
/// z_m,i ← d_m,i z_m,i / (1 − θ)                                            modulate(_:in:)
/// ```
/// The scale 1/(1 − θ) is common to all modalities: it keeps the expected total, not that of each.
/// With probability 1 − ``Configuration/probability`` a batch is left alone. The weakest modality has
/// ρ ≤ 1 and is never dropped, so no sample is left without any (the paper removes such samples).
/// Evaluation never drops.
///
/// The paper takes ρ from the batch before (``Configuration/previousBatch``); the released code,
/// like this by default, from the batch itself, which needs neither state nor a lag. Scores are
/// those of ``OGMGE``.
public final class OPM: FeatureModulating, StateKeeping, TelemetryReporting {
  /// The settings of OPM.
  public struct Configuration: ConfigurationSection {
    /// q_base, the rate of dropping for the smallest lead; 0 never drops.
    public var baseRate = 0.5
    /// λ, how much the rate grows with the lead.
    public var lambda = 0.5
    /// p_exe, the probability that a batch is modulated at all.
    public var probability = 0.7
    /// Epochs of joint training at the start.
    public var warmupEpochs = 6
    /// Whether ρ is that of the batch before, as the paper has it.
    public var previousBatch = false

    /// The defaults.
    public init() {}
  }

  /// `opm`
  public static let name = "opm"
  /// One line for lists.
  public static let summary = "drops the features of the modality ahead from random samples"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    .byScore,
    missing: .stated(
      "two modalities are compared by the samples that have both; a sample that would be left with nothing keeps what it has"
    ))
  /// The journal paper.
  public static let citation: Citation? = OGM.citation

  /// q of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream
  /// ρ of the batch before, [M]; 1 at first.
  private var previousRatios: Tensor

  /// OPM of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "OPM")
    self.configuration = configuration
    self.setting = setting
    stream = MethodStream(Self.name, setting)
    previousRatios = .ones([setting.model.modalities.count], device: setting.device)
  }

  // MARK: Equations

  /// q of each modality.
  ///
  /// - Parameters:
  ///   - ratios: ρ, [M].
  ///   - base: q_base.
  ///   - lambda: λ.
  /// - Returns: q, [M], in [0, 1]; 0 for a modality that is not ahead.
  public static func rates(_ ratios: Tensor, base: Double, lambda: Double) -> Tensor {
    let rates = (((ratios - 1).tanh() * lambda + 1) * base).clamped(low: 0, high: 1)
    return rates.selected(where: ratios.greater(than: 1), else: ratios.zerosLike())
  }

  /// d of each modality and sample.
  ///
  /// - Parameters:
  ///   - rates: q, [M].
  ///   - samples: B.
  ///   - generator: the stream to draw from.
  /// - Returns: 1 where a feature is kept, else 0; [M, B].
  public static func kept(rates: Tensor, samples: Int, from generator: Generator) -> Tensor {
    let drawn = Tensor.uniform([rates.count, samples], dtype: rates.dtype, from: generator)
    let isDropped = (rates.unsqueezed(1) - drawn).greater(than: 0)
    return drawn.zerosLike().selected(where: isDropped, else: drawn.zerosLike() + 1)
  }

  /// θ, the share of all features that is dropped on average.
  ///
  /// - Parameters:
  ///   - rates: q, [M].
  ///   - widths: w, the number of features of each modality.
  /// - Returns: θ, of rank 0.
  public static func droppedShare(_ rates: Tensor, widths: [Int]) -> Tensor {
    let total = Double(widths.reduce(0, +))
    let parts = zip(rates.unbound(), widths).map { $0 * (Double($1) / total) }
    return Tensor.sum(of: parts)
  }

  // MARK: Hooks

  /// Drops features of the modalities ahead.
  public func modulate(_ features: [Tensor], in context: StepContext) throws -> [Tensor] {
    telemetry = []
    var numbers = stream.numbers(context)
    let isActive =
      context.epoch >= configuration.warmupEpochs
      && numbers.happens(withProbability: configuration.probability)
    guard isActive || configuration.previousBatch else { return features }
    let own = ModalityScores.ratios(features, of: context.batch, in: setting)
    let ratios = configuration.previousBatch ? previousRatios.to(own.dtype) : own
    if configuration.previousBatch { previousRatios = own }
    guard isActive else { return features }
    return drop(features, ratios, context.batch.present, stream.generator(context))
  }

  /// d of samples that lack modalities: those that would be left with nothing keep all that they have, and what stands
  /// for a missing modality is left alone.
  static func spared(_ kept: Tensor, present: [RowPresence?]) -> Tensor {
    guard let masks = OverPresent.masks(present, like: kept.transposed(0, 1))?.squeezed(2) else {
      return kept
    }
    let ones = kept.zerosLike() + 1
    let left = (kept * masks).sum(over: [0], keeping: true)
    return kept.selected(where: left.greater(than: 0), else: ones)
  }

  private func drop(
    _ features: [Tensor], _ ratios: Tensor, _ present: [RowPresence?], _ generator: Generator
  ) -> [Tensor] {
    let rates = Self.rates(ratios, base: configuration.baseRate, lambda: configuration.lambda)
    let kept = Self.spared(
      Self.kept(rates: rates, samples: features[0].size(0), from: generator), present: present)
    let share = Self.droppedShare(rates, widths: setting.model.fusion.featureWidths)
    let factors = kept / (1 - share).clamped(low: 1e-3)
    telemetry = setting.telemetry("rate", rates)
    return zip(features, factors.unbound()).enumerated().map { index, pair in
      let (feature, factor) = (pair.0, pair.1.unsqueezed(1).to(pair.0.dtype))
      guard let presence = present[index] else { return feature * factor }
      return feature
        * factor.selected(where: presence.mask.unsqueezed(1), else: factor.zerosLike() + 1)
    }
  }

  /// ρ of the last batch, where the next one needs it.
  public var state: [NamedTensor] {
    configuration.previousBatch ? [("ratios", previousRatios)] : []
  }

  /// Continues from a saved ρ.
  public func restore(_ state: [String: Tensor]) throws {
    guard configuration.previousBatch else { return }
    previousRatios = try SavedState(state).tensor("ratios", like: previousRatios)
  }
}

extension OPM.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("baseRate", baseRate, .within(0...1))
    try path.check("lambda", lambda, .atLeast(0))
    try path.check("probability", probability, .within(0...1))
    try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
  }
}
