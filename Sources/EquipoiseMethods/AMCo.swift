// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
import Foundation
public import EquipoiseTorch

/// Adaptive mask co-optimisation (Zhou et al., ICASSP 2023): features of the modality on which the network depends are
/// masked, so that the others have to be used, while a loss of its own keeps it what it was.
///
/// ```
/// mass_m = mean_i Σ_{k in block m} softmax([ℓ_1; …; ℓ_M])_i,k           masses(_:)
/// m is depended on where mass_m > σ
/// P      = min(P_max, sin(½ π min(1, t / (ε T))))    t: step, T: the run's   share(step:of:…)
/// L      = CE(h(masked z), y) + w Σ_m CE(ℓ_m(z_m), y)                    loss(for:in:)
/// ```
/// The mask takes a share P of a depended modality's features, drawn anew for each sample; what is left is not scaled up.
///
/// There is no released code, and the paper's equations could not be read: what is built follows its abstract and the one
/// public re-implementation (BalanceBenchmark), where that does what the abstract says. That one masks class logits in
/// place of features, whole modalities from the fourth batch of the second epoch on, and nothing in the first epoch.
public final class AMCo: FeatureModulating, ObjectiveDefining, ParameterOwning, TelemetryReporting,
  ResourceStating
{
  /// The settings of AMCo.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// σ, the mass above which the network depends on a modality; nil is 1 / M.
    public var threshold: Double?
    /// P_max, the largest share of features that is masked; 0 never masks.
    public var largestShare = 0.9
    /// ε, the part of the run over which the share grows.
    public var ramp = 0.3
    /// w, the weight of each unimodal loss.
    public var weight = 1.0
    /// Whether each sample has a mask of its own, or the batch one.
    public var perSample = true
    /// By what each modality is trained and its mass found.
    public var heads = HeadChoice.auto

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("threshold", threshold, .within(0...1))
      try path.check("largestShare", largestShare, .within(0...1))
      try path.check("ramp", ramp, .above(0))
      try path.check("weight", weight, .atLeast(0))
    }
  }

  /// `amco`
  public static let name = "amco"
  /// One line for lists.
  public static let summary = "masks features of the modality that the network depends on"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .refused("its mass is a share among classes that exclude one another"),
      regression: .refused("its mass is a share among classes, which numbers do not have")),
    missing: .stated(
      "masses are of samples that have all modalities; a sample that has one alone keeps all of it")
  )
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Zhou, Liang, Zheng, Xuan, Kumada",
    title: "Adaptive Mask Co-Optimization for Modal Dependence in Multimodal Learning",
    venue: "ICASSP 2023")

  /// P and the masses of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream
  /// `nil` at the neutral setting.
  private let heads: UnimodalHeads?

  /// AMCo of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "AMCo")
    (self.configuration, self.setting) = (configuration, setting)
    stream = MethodStream(Self.name, setting)
    let masks = configuration.largestShare > 0
    heads =
      masks || configuration.weight > 0
      ? try UnimodalHeads(configuration.heads, of: Self.name, setting) : nil
    if masks { try heads?.requireTraining(configuration.weight) }
  }

  // MARK: Equations

  /// The mass of each modality's logits among those of all.
  ///
  /// - Parameter logits: of each modality, [B, K].
  /// - Returns: [M], summing to 1.
  public static func masses(_ logits: [Tensor]) -> Tensor {
    let (samples, classes) = (logits[0].size(0), logits[0].size(1))
    return Tensor.concatenated(logits, dimension: 1).softmax(1)
      .reshaped([samples, logits.count, classes]).sum(over: [2]).mean(over: [0])
  }

  /// P.
  ///
  /// - Parameters:
  ///   - step: t, since training began.
  ///   - steps: T, of the whole run.
  ///   - ramp: ε.
  ///   - largest: P_max.
  /// - Returns: from 0 to P_max.
  public static func share(step: Int, of steps: Int, ramp: Double, largest: Double) -> Double {
    min(largest, sin(0.5 * .pi * min(1, Double(step) / (ramp * Double(max(1, steps))))))
  }

  // MARK: Hooks

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// Masks features of the modalities that the network depends on.
  public func modulate(_ features: [Tensor], in context: StepContext) throws -> [Tensor] {
    telemetry = []
    guard let heads, configuration.largestShare > 0 else { return features }
    let share = Self.share(
      step: context.globalStep, of: setting.epochs * context.stepsPerEpoch,
      ramp: configuration.ramp, largest: configuration.largestShare)
    let (batch, complete) = (context.batch, context.batch.complete)
    guard share > 0, complete.hasRows else { return features }
    return masked(features, heads, complete, batch, share, context)
  }

  private func masked(
    _ features: [Tensor], _ heads: UnimodalHeads, _ complete: RowPresence?, _ batch: Batch,
    _ share: Double, _ context: StepContext
  ) -> [Tensor] {
    let masses = withoutGradient {
      Self.masses(heads.outputs(features.map { complete.rows(of: $0.inFullPrecision()) }))
    }
    let isNeeded = masses.greater(
      than: configuration.threshold ?? 1 / Double(features.count)
    ).unbound()
    let generator = stream.generator(context)
    telemetry =
      [(.telemetry("share"), Tensor(Float(share)))] + setting.telemetry("mass", masses)
    let accompanied = Self.accompanied(batch.present, like: features[0])
    return features.enumerated().map { modality, feature in
      let rows = configuration.perSample ? feature.size(0) : 1
      let drawn = Tensor.uniform([rows, feature.size(1)], dtype: feature.dtype, from: generator)
      let kept = drawn.greater(than: share).to(feature.dtype)
      let ones = kept.zerosLike() + 1
      let mask = kept.selected(where: isNeeded[modality], else: ones)
      guard let accompanied else { return feature * mask }
      return feature * mask.selected(where: accompanied[modality], else: ones)
    }
  }

  /// The rows that have the modality and another one, [B, 1] each; nil where no sample lacks anything.
  private static func accompanied(_ present: [RowPresence?], like feature: Tensor) -> [Tensor]? {
    guard let masks = OverPresent.masks(present, like: feature.detached()) else { return nil }
    let others = masks.sum(over: [0]).greater(than: 1.5).to(masks.dtype)
    return masks.unbound().map { ($0 * others).greater(than: 0.5) }
  }

  /// L of the type's description; the unimodal losses are of unmasked features.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    setting.fusedLoss(forward, context, and: heads, weight: configuration.weight)
  }

  /// Joint training, and the heads there and back and once more for the masses.
  public var resources: MethodResources {
    let masks = configuration.largestShare > 0 ? 1 : 0
    return .joint(of: setting, with: heads, passes: (configuration.weight > 0 ? 3 : 0) + masks)
  }
}
