// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Gradient-Blending: the joint loss and one loss of each modality's own head, weighted by how much
/// each generalises for how much it overfits.
///
/// Wang, Tran, Feiszli, "What Makes Training Multi-modal Classification Networks Hard?", CVPR 2020.
///
/// | equation | function |
/// |---|---|
/// | G = L^V_N − L^V_{N+n} | `HeadLosses.gain(from:)` |
/// | O = (L^V − L^T)_{N+n} − (L^V − L^T)_N | `HeadLosses.overfitting(from:)` |
/// | w_k = G_k / O_k² / Z | `weights(gains:overfittings:)` |
/// | L = Σ_k w_k CE(ℓ_k, y) | `blended(_:weights:)` |
///
/// Heads 1 … M are linear layers on the encoders' features, which this method owns; head M + 1 is
/// the model's fused one, and the one that predicts. The weights are estimated at an epoch's start:
/// each head with its encoders is trained alone for n epochs on the run's own batches, measured,
/// and everything is put back.
///
/// Choices, where paper and public code leave room or disagree:
/// - `online` estimates again for each super-epoch, `offline` once for the whole run. The weights sum
///   to 1 (the paper's Proposition 1 prints a Z of half that size).
/// - A gain of 0 or less gives the weight 0; other code takes |G|, which favours a head whose
///   validation loss rises. |O| counts as 0.001 at least, being squared. With no gain anywhere the
///   weights are equal.
/// - The held-out part is the run's validation split, carved from the training split where the
///   dataset has none. Losses are means over samples, in evaluation mode without augmentation.
/// - `fixed` weights are used as they are; none given are equal ones, the paper's baseline of
///   auxiliary losses.
public final class GradientBlending: ObjectiveDefining, EpochAdapting, ParameterOwning,
  StateKeeping, TelemetryReporting, LengthMinding
{
  /// When the weights are estimated.
  public enum Estimation: String, ConfigurationChoice {
    /// For each super-epoch.
    case online
    /// Once, before training.
    case offline
    /// Never: they are given.
    case fixed
  }

  /// What gain and overfitting are measured by.
  public enum Measure: String, ConfigurationChoice {
    /// The mean cross-entropy.
    case loss
    /// The share of wrong predictions.
    case error
  }

  /// The settings.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// When the weights are estimated.
    public var estimation = Estimation.online
    /// Epochs of the first super-epoch; `online` only.
    public var firstSuperEpoch = 10
    /// Epochs of each further super-epoch; `online` only.
    public var superEpoch = 5
    /// Epochs that the estimate trains each head for; nil takes the run's; `offline` only.
    public var offlineEpochs: Int?
    /// What gain and overfitting are measured by.
    public var measure = Measure.loss
    /// How much of the old weights stays at a new estimate.
    public var smoothing = 0.0
    /// One weight for each modality, then the fused head's; `fixed` only, empty for equal ones.
    public var weights: [Double] = []

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("firstSuperEpoch", firstSuperEpoch, .atLeast(1))
      try path.check("superEpoch", superEpoch, .atLeast(1))
      try path.check("offlineEpochs", offlineEpochs, .atLeast(1, to: 1_000_000))
      try path.check("smoothing", smoothing, .from(0..<1))
      let found = ConfigValue.sequence(weights.map(ConfigValue.double))
      try path.check(
        "weights", weights.isEmpty || weights.allSatisfy { $0 >= 0 } && weights.contains { $0 > 0 },
        found: found, expected: "numbers of at least 0, not all of them 0")
    }
  }

  /// `gradient-blending`
  public static let name = "gradient-blending"
  /// One line for lists.
  public static let summary =
    "joint and unimodal losses, weighted by what each gains and overfits"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .stated(
        "the task's loss; measure: error counts the balanced share of right labels"),
      regression: .stated(
        "the task's loss; measure: error is refused, as a number is not right or wrong")),
    missing: .stated(
      "a modality's head has the losses of the samples that have it, in training and in estimates"))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wang, Tran, Feiszli",
    title: "What Makes Training Multi-modal Classification Networks Hard?", venue: "CVPR 2020")

  private let configuration: Configuration
  let setting: MethodSetting
  private let estimator: HeadEstimator
  /// w_1 … w_M, then that of the fused head; single precision, so that a checkpoint holds them.
  private(set) var weights: [Float]

  /// Gradient-Blending of a model of two modalities or more, with any fusion.
  ///
  /// - Parameters:
  ///   - configuration: the settings.
  ///   - setting: what it will train.
  /// - Throws: ``EquipoiseError`` for one modality, or weights that are not one per head.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let names = setting.model.modalities
    try setting.requireSeveralModalities(for: "Gradient-Blending")
    let given = configuration.weights
    guard given.isEmpty || (configuration.estimation == .fixed && given.count == names.count + 1)
    else {
      throw EquipoiseError(
        .configuration,
        "\(given.count) weights given; 'fixed' takes \(names.count + 1), one each for "
          + "\(names.joined(separator: ", ")) and the fused head, and the others none",
        at: "method.weights", fix: "give as many or none")
    }
    guard setting.objective.task != .regression || configuration.measure == .loss else {
      throw EquipoiseError(
        .configuration,
        "a regression's numbers are not right or wrong, so that there is no error to measure",
        at: "method.measure", fix: "set method.measure=loss")
    }
    self.configuration = configuration
    self.setting = setting
    estimator = HeadEstimator(setting, measure: configuration.measure)
    weights = (given.isEmpty ? Self.equalWeights(names.count + 1) : given).map(Float.init)
  }
}

// MARK: Equations

extension GradientBlending {
  /// |O| counts as this much at least.
  static let smallestOverfitting = 1e-3

  /// w_k ∝ G_k / O_k², summing to 1.
  static func weights(gains: [Double], overfittings: [Double]) -> [Double] {
    let raw = zip(gains, overfittings).map { gain, overfitting in
      let size = max(overfitting.magnitude, smallestOverfitting)
      let ratio = gain / (size * size)
      return ratio.isFinite && ratio > 0 ? ratio : 0
    }
    let sum = raw.reduce(0, +)
    return sum > 0 ? raw.map { $0 / sum } : equalWeights(raw.count)
  }

  /// 1 / count each.
  static func equalWeights(_ count: Int) -> [Double] {
    Array(repeating: 1 / Double(count), count: count)
  }

  /// Σ_k w_k L_k, without the losses of weight 0.
  static func blended(_ losses: [() -> Tensor], weights: [Double]) -> Tensor {
    let terms = zip(losses, weights).filter { $0.1 != 0 }.map { $0() * $1 }
    return Tensor.sum(of: terms)
  }

  /// The length of the super-epoch that begins at `epoch`, if one does.
  static func superEpoch(beginningAt epoch: Int, first: Int, next: Int) -> Int? {
    if epoch == 0 { return first }
    return epoch >= first && (epoch - first).isMultiple(of: next) ? next : nil
  }
}

// MARK: Hooks

extension GradientBlending {
  /// The unimodal heads' parameters.
  public var ownParameters: [NamedParameter] {
    estimator.heads.entries.flatMap { modality, head in
      head.namedParameters.map { ("heads.\(modality).\($0.name)", $0.parameter) }
    }
  }

  /// The blended loss.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let (labels, objective) = (context.batch.labels, setting.objective)
    let heads = estimator.heads.modules
    // Heads of modalities that no sample of the batch has are without a loss.
    let present = heads.indices.filter { context.batch.present[$0].hasRows }
    var losses = present.map { index in
      let presence = context.batch.present[index]
      return {
        objective.loss(
          heads[index](presence.rows(of: forward.features[index].inFullPrecision())),
          presence.rows(of: labels))
      }
    }
    losses.append { objective.loss(forward.logits.inFullPrecision(), labels) }
    let own = (present + [heads.count]).map { Double(weights[$0]) }
    // A blend without any weight is nothing to learn from: then the fused loss alone, at weight 0.
    guard own.contains(where: { $0 != 0 }) else { return losses[losses.count - 1]() * 0 }
    return Self.blended(losses, weights: own)
  }

  /// Estimates the weights where they are due.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    guard let length = estimateLength(at: epoch) else { return }
    let (before, after) = try estimator.measure(epoch..<epoch + length, with: engine)
    let found = Self.weights(
      gains: zip(before, after).map { $1.gain(from: $0) },
      overfittings: zip(before, after).map { $1.overfitting(from: $0) })
    let kept = epoch == 0 ? 0 : configuration.smoothing
    weights = zip(weights, found).map { Float(kept * Double($0) + (1 - kept) * $1) }
  }

  /// The epochs of the trial before `epoch`, if there is one.
  func estimateLength(at epoch: Int) -> Int? {
    switch configuration.estimation {
    case .fixed: nil
    case .offline: epoch == 0 ? configuration.offlineEpochs ?? setting.epochs : nil
    case .online:
      Self.superEpoch(
        beginningAt: epoch, first: configuration.firstSuperEpoch, next: configuration.superEpoch
      ).map { min($0, setting.epochs - epoch) }
    }
  }

  /// An estimate over as many epochs as the run has, or one that the run's end shortened.
  public func difference(from former: Int, to now: Int) -> String? {
    switch configuration.estimation {
    case .fixed: return nil
    case .offline:
      return configuration.offlineEpochs == nil
        ? "method gradient-blending estimated its weights over \(former) epochs, the former length"
        : nil
    case .online:
      let last = (0..<former).last { estimateLength(at: $0) != nil }
      guard let last, let length = estimateLength(at: last), length > former - last else {
        return nil
      }
      return
        "method gradient-blending shortened its last estimate to the \(former - last) epochs that were left"
    }
  }

  /// The weights.
  public var telemetry: [(name: MetricName, value: Tensor)] {
    zip(estimator.heads.names + ["fused"], weights).map {
      (.telemetry("weight", modality: $0), Tensor($1))
    }
  }

  /// The weights.
  public var state: [NamedTensor] { [("weights", Tensor(weights))] }

  /// Continues with saved weights.
  public func restore(_ state: [String: Tensor]) throws {
    weights = try SavedState(state).tensor("weights", shape: [weights.count]).floats()
  }
}
