// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
import Foundation
public import EquipoiseTorch

/// MLA, multimodal learning with alternating unimodal adaptation: the encoders are trained one at a
/// time through one classifier that they share; at inference each sample's modalities are weighted
/// by how certain they are.
///
/// Zhang et al., "Multimodal Representation Learning by Alternating Unimodal Adaptation", CVPR 2024.
///
/// | equation | function |
/// |---|---|
/// | α = 0.1^λ, λ = 1 + batch / batches | `regularisation(step:stepsPerEpoch:)` |
/// | k = P r, P ← P − k kᵀ / (α + rᵀ k) | `updated(_:with:alpha:)` |
/// | G ← G Pᵀ | `projected(_:by:)` |
/// | e_m = −Σ_c p_m,c log p_m,c | `entropy(of:)` |
/// | λ = softmax over modalities of −e | `weights(_:)` |
/// | ℓ = Σ_m λ_m ℓ_m | `fused(_:)` |
///
/// For each modality in order, one optimiser step on the cross-entropy of W z_m + b; the features
/// are those of one forward pass at the start. Only encoder m and the classifier move: parameters
/// without a gradient keep their momentum and are not decayed.
///
/// Choices:
/// - The released code never reaches its projection (it looks for a parameter name that is not
///   there): `projection: off` is what it does. `current` is what its call intends, though that
///   removes the direction just being learned. `previous`, the default, is the paper's purpose:
///   keep what the classifier learned from the modality before; for the first of a batch that is
///   the last of the batch before. The very first step of training is not projected.
/// - P only ever shrinks, which ends in a classifier that stands still. It starts from I again in
///   each epoch (`resetEachEpoch`); the released code divides it by its Frobenius norm instead
///   (`normalised`).
/// - rᵀk is a scalar and entropy each sample's own; the released code divides by a matrix and runs
///   its softmax over the batch.
public final class MLA: StepDefining, InferenceFusing, StateKeeping {
  /// The mean feature that the classifier's gradient is kept away from.
  public enum Projection: String, ConfigurationChoice {
    /// None: plain alternation.
    case off
    /// That of the modality that trained before.
    case previous
    /// That of the modality that trains.
    case current
  }

  /// The settings.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// The mean feature that the classifier's gradient is kept away from.
    public var projection = Projection.previous
    /// Whether the projection is reset at the start of each epoch.
    public var resetEachEpoch = true
    /// Whether each update divides it by its Frobenius norm, as in the released code.
    public var normalised = false
    /// Fixed weights of the modalities at inference, in the model's order; empty weighs each sample
    /// by entropy. The released code's are 0.55, 0.45 and 0.35, 0.25, 0.4.
    public var inferenceWeights: [Double] = []

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      let found = ConfigValue.sequence(inferenceWeights.map(ConfigValue.double))
      try path.check(
        "inferenceWeights", inferenceWeights.allSatisfy { $0 >= 0 }, found: found,
        expected: "numbers of at least 0")
    }
  }

  /// `mla`
  public static let name = "mla"
  /// One line for lists.
  public static let summary =
    "encoders in turn through a shared classifier, fused by entropy at inference"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    fusion: .shared, coupling: .uncoupled,
    tasks: TaskRules(
      multilabel: .stated("inference weighs by the mean of the labels' entropies"),
      regression: .stated("inference takes the plain mean: a number has no entropy")),
    missing: .stated(
      "each modality's step takes the samples that have it, and is left out without any; inference weighs those that a sample has"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Zhang et al.",
    title: "Multimodal Representation Learning by Alternating Unimodal Adaptation",
    venue: "CVPR 2024")

  private let configuration: Configuration
  let setting: MethodSetting
  /// The name of W; `nil` where nothing is projected.
  let projectedName: String?
  /// P, [width, width].
  private(set) var projection: Tensor
  /// The mean feature that trained last, [width]; `nil` before the first.
  private var lastFeature: Tensor?

  /// MLA on a model whose modalities share a classifier.
  ///
  /// - Parameters:
  ///   - configuration: the settings.
  ///   - setting: what it will train.
  /// - Throws: ``EquipoiseError`` for another fusion, or weights that are not one per modality.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let model = setting.model
    let shared = model.fusion as? SharedFusion
    guard shared != nil || model.modalities.count == 1 else {
      throw EquipoiseError(
        .configuration,
        "MLA trains one classifier that all modalities share, which the model's "
          + "fusion (\(model.fusion.summary)) does not have",
        at: "model.fusion", fix: "set model.fusion=shared")
    }
    try setting.requireSeparateEncoders("MLA trains one encoder at a time")
    try Self.check(configuration.inferenceWeights, for: model.modalities)
    (self.configuration, self.setting) = (configuration, setting)
    // With one modality there is no other to protect the classifier from.
    projectedName =
      configuration.projection == .off
      ? nil : model.namedParameters.first { $0.parameter === shared?.weight }?.name
    projection = Self.identity(like: shared?.weight.leaf ?? .zeros([0, 0]))
  }

  private static func check(_ weights: [Double], for modalities: [String]) throws {
    guard weights.isEmpty || (weights.count == modalities.count && weights.contains { $0 > 0 })
    else {
      throw EquipoiseError(
        .configuration,
        "\(weights.count) inference weights for the modalities "
          + modalities.joined(separator: ", "),
        at: "method.inferenceWeights", fix: "give one each, not all of them 0, or none")
    }
  }

  /// I for features as wide as the classifier's weight.
  private static func identity(like weight: Tensor) -> Tensor {
    .identity(weight.size(1), dtype: weight.dtype, device: weight.device)
  }
}

// MARK: Equations

extension MLA {
  /// α = 0.1^(1 + step / stepsPerEpoch): from 0.1 towards 0.01 in each epoch.
  static func regularisation(step: Int, stepsPerEpoch: Int) -> Double {
    pow(0.1, 1 + Double(step) / Double(stepsPerEpoch))
  }

  /// P after a mean feature r [width]: its direction is all but removed.
  static func updated(_ projection: Tensor, with feature: Tensor, alpha: Double) -> Tensor {
    let k = projection.matmul(feature)
    let outer = k.unsqueezed(1).matmul(k.unsqueezed(0))
    return projection - outer / ((feature * k).sum() + alpha)
  }

  /// A gradient [K, width] without the directions that P has removed.
  static func projected(_ gradient: Tensor, by projection: Tensor) -> Tensor {
    gradient.matmul(projection.transposed(0, 1))
  }

  /// The entropy of each row's softmax: [B, K] → [B].
  static func entropy(of logits: Tensor) -> Tensor {
    let logarithms = logits.logSoftmax(1)
    return -(logarithms.exp() * logarithms).sum(over: [1])
  }

  /// The mean entropy of each row's labels: [B, K] → [B].
  static func labelEntropy(of logits: Tensor) -> Tensor {
    // Of σ(x): log(1 + e^(−|x|)) + |x| σ(−|x|), which no x makes infinite.
    let size = logits.magnitude()
    return (((-size).exp() + 1).log() + size * (-size).sigmoid()).mean(over: [1])
  }

  /// Each sample's weight of each modality, [M, B]: certain ones count for more.
  static func weights(
    _ logits: [Tensor], of task: LearningTask = .classification, present: [RowPresence?] = []
  ) -> Tensor {
    let masks = OverPresent.masks(present, like: logits[0])?.squeezed(2)
    func certain(_ entropies: [Tensor]) -> Tensor {
      let certainty = -Tensor.stacked(entropies)
      guard let masks else { return certainty.softmax(0) }
      let far = Tensor.full([], -1e30, dtype: certainty.dtype, device: certainty.device)
      return certainty.selected(where: masks.greater(than: 0), else: far).softmax(0)
    }
    switch task {
    case .classification: return certain(logits.map(entropy))
    case .multilabel: return certain(logits.map(labelEntropy))
    case .regression:
      if let masks { return masks / masks.sum(over: [0], keeping: true) }
      return Tensor.full(
        [logits.count, logits[0].size(0)], 1 / Double(logits.count), dtype: logits[0].dtype,
        device: logits[0].device)
    }
  }

  /// The weighted sum of the modalities' logits, [B, K].
  static func fused(
    _ logits: [Tensor], of task: LearningTask = .classification, present: [RowPresence?] = []
  ) -> Tensor {
    (Tensor.stacked(logits) * weights(logits, of: task, present: present).unsqueezed(2))
      .sum(over: [0])
  }
}

// MARK: Hooks

extension MLA {
  /// One forward pass and one optimiser step for each modality.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    if configuration.resetEachEpoch, context.step == 0 {
      projection = Self.identity(like: projection)
    }
    let features = try engine.forward(context).features
    var logits: [Tensor] = []
    var losses: [(modality: String, loss: Tensor)] = []
    let batch = context.batch
    for modality in features.indices {
      let feature = features[modality].inFullPrecision()
      let output = Self.logits(modality, of: feature, engine.model.fusion)
      logits.append(output.detached())
      let presence = batch.present[modality]
      guard let loss = setting.objective.loss(output, batch.labels, over: presence) else {
        continue
      }
      var gradients = try engine.gradients(of: loss)
      protectClassifier(&gradients, from: presence.rows(of: feature), context)
      try engine.apply(gradients)
      losses.append((engine.model.modalities[modality], loss.detached()))
    }
    var report = StepReport(
      loss: Tensor.stacked(losses.map(\.loss)).mean(), logits: fused(logits, batch.present))
    report.telemetry = losses.map { (.telemetry("loss", modality: $0.modality), $0.loss) }
    return report
  }

  /// The entropy-weighted or fixed sum of the logits of the modalities that each sample has.
  public func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor {
    fused(features.indices.map { Self.logits($0, of: features[$0], model.fusion) }, present)
  }

  private static func logits(_ modality: Int, of feature: Tensor, _ fusion: any Fusion) -> Tensor {
    guard let logits = fusion.ownLogits(modality, of: feature) else {
      preconditionFailure("MLA on \(fusion.summary)")
    }
    return logits
  }

  private func fused(_ logits: [Tensor], _ present: [RowPresence?]) -> Tensor {
    let weights = configuration.inferenceWeights
    guard !weights.isEmpty else {
      return Self.fused(logits, of: setting.objective.task, present: present)
    }
    let parts = zip(logits, weights).map { $0 * $1 }
    guard let masks = OverPresent.masks(present, like: logits[0]) else {
      return Tensor.sum(of: parts)
    }
    // Those that a sample has weigh together what all do.
    let own = Tensor.sum(of: zip(masks.unbound(), weights).map { $0 * $1 }).clamped(low: 1e-12)
    return (Tensor.stacked(parts) * masks).sum(over: [0]) * (weights.reduce(0, +) / own)
  }

  private func protectClassifier(
    _ gradients: inout ModelGradients, from feature: Tensor, _ context: StepContext
  ) {
    guard let projectedName else { return }
    let current = feature.detached().mean(over: [0])
    defer { lastFeature = current }
    guard let lastFeature else { return }
    let alpha = Self.regularisation(step: context.step, stepsPerEpoch: context.stepsPerEpoch)
    projection = Self.updated(
      projection, with: configuration.projection == .current ? current : lastFeature, alpha: alpha)
    if configuration.normalised { projection = projection / projection.norm() }
    for index in gradients.entries.indices where gradients.entries[index].name == projectedName {
      gradients.entries[index].gradient = gradients.entries[index].gradient.map {
        Self.projected($0, by: projection)
      }
    }
  }

  /// P and the mean feature that trained last.
  public var state: [NamedTensor] {
    guard projectedName != nil else { return [] }
    return [("projection", projection)] + (lastFeature.map { [("lastFeature", $0)] } ?? [])
  }

  /// Continues from a saved projection.
  public func restore(_ state: [String: Tensor]) throws {
    guard projectedName != nil else { return }
    let saved = SavedState(state)
    projection = try saved.tensor("projection", like: projection)
    lastFeature =
      saved.has("lastFeature")
      ? try saved.tensor("lastFeature", shape: [projection.size(0)]).to(projection.device) : nil
  }
}
