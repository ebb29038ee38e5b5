// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseModels
internal import EquipoiseData
import Foundation
public import EquipoiseTorch

/// Diagnosing & Re-learning: every few epochs each encoder is pulled back towards its initial
/// weights, the more so the better its features separate the classes of training samples than
/// those of unseen ones.
///
/// Wei et al., "Diagnosing and Re-learning for Balanced Multimodal Learning", ECCV 2024.
///
/// | equation | function |
/// |---|---|
/// | columns to [−1, 1] | `scaled(_:)` |
/// | P = 1/N Σ_clusters largest class | `Purity.of(_:in:)` of `KMeans` |
/// | g = \|P_train − P_val\| | `gap(training:validation:)` |
/// | α = tanh(λ g) | `strength(of:lambda:)` |
/// | θ ← α θ_init + (1 − α) θ | `blended(_:with:strength:)` |
///
/// Training is joint training of any fusion. What is blended are an encoder's parameters; running
/// statistics, head, momentum and learning rate stay.
///
/// Choices:
/// - A diagnosis after epoch e, counted from 0, is due where e > 0, e is a multiple of `period` and
///   fewer than `limit` have been: it is made when epoch e + 1 begins, so none follows the last.
/// - Features are those of evaluation mode without augmentation, in full precision; the released
///   code trains without augmentation too, which its baseline does not.
/// - Unseen samples are the run's validation split, never the test split.
/// - A split with fewer samples than classes has no clusters to compare: nothing is blended then.
public final class DiagnosingRelearning: EpochAdapting, StateKeeping, TelemetryReporting,
  ResourceStating
{
  /// The settings.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// λ: how strongly a gap acts.
    public var lambda = 3.0
    /// Epochs between two diagnoses.
    public var period = 20
    /// The number of diagnoses.
    public var limit = 3
    /// How often clustering starts again from other centres; the best result counts.
    public var restarts = 10

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("lambda", lambda, .atLeast(0))
      try path.check("period", period, .atLeast(1))
      try path.check("limit", limit, .atLeast(0))
      try path.check("restarts", restarts, .atLeast(1, to: 10_000))
    }
  }

  /// `diagnosing-relearning`
  public static let name = "diagnosing-relearning"
  /// One line for lists.
  public static let summary = "encoders that memorise go back towards their initial weights"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    tasks: TaskRules(
      multilabel: .refused(
        "its clusters are compared with classes, and a sample here has several or none"),
      regression: .refused("its clusters are compared with classes, which numbers do not have")),
    missing: .stated("the clusters of a modality are those of the samples that have it"))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wei et al.", title: "Diagnosing and Re-learning for Balanced Multimodal Learning",
    venue: "ECCV 2024")

  private let configuration: Configuration
  private let setting: MethodSetting
  private let encoders: [ModelPart]
  /// θ_init of each encoder.
  private var initial: [String: Tensor]
  /// α of each modality at the last diagnosis.
  private(set) var strengths: [Float]

  /// Re-learning of any model; its weights now are the initial ones.
  public init(_ configuration: Configuration, for setting: MethodSetting) {
    self.configuration = configuration
    self.setting = setting
    encoders = setting.model.parts.filter { $0.modality != nil }
    initial = Dictionary(
      uniqueKeysWithValues: encoders.flatMap(\.parameters).map {
        ($0.name, $0.parameter.leaf.detached().cloned())
      })
    strengths = encoders.map { _ in 0 }
  }
}

// MARK: Equations

extension DiagnosingRelearning {
  /// Each column of [N, d] stretched to [−1, 1]; a constant one becomes −1.
  static func scaled(_ features: Tensor) -> Tensor {
    let low = features.minimum(over: [0], keeping: true)
    let range = features.maximum(over: [0], keeping: true) - low
    let ones = Tensor.ones(range.shape, dtype: range.dtype, device: range.device)
    let divisor = ones.selected(where: range.equal(range.zerosLike()), else: range)
    return (features - low) / divisor * 2 - 1
  }

  /// g = |P_train − P_val|.
  static func gap(training: Double, validation: Double) -> Double {
    (training - validation).magnitude
  }

  /// α = tanh(λ g).
  static func strength(of gap: Double, lambda: Double) -> Double { tanh(lambda * gap) }

  /// α θ_init + (1 − α) θ.
  static func blended(_ current: Tensor, with initial: Tensor, strength: Double) -> Tensor {
    initial * strength + current * (1 - strength)
  }

  /// Whether a diagnosis is made when `epoch` begins.
  static func isDue(at epoch: Int, period: Int, limit: Int) -> Bool {
    let last = epoch - 1
    return last > 0 && last.isMultiple(of: period) && last / period <= limit
  }
}

// MARK: Hooks

extension DiagnosingRelearning {
  /// Diagnoses and blends where it is due.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    let (period, limit) = (configuration.period, configuration.limit)
    guard Self.isDue(at: epoch, period: period, limit: limit) else { return }
    let model = engine.model
    let training = try features(of: model, engine.forEachTrainingBatch)
    let validation = try features(of: model, engine.forEachValidationBatch)
    for (index, encoder) in encoders.enumerated() {
      let gap = Self.gap(
        training: purity(training, index, model, "train epoch \(epoch)"),
        validation: purity(validation, index, model, "validation epoch \(epoch)"))
      let hasClusters =
        min(training.labels[index].count, validation.labels[index].count) >= model.classes
      let strength = hasClusters ? Self.strength(of: gap, lambda: configuration.lambda) : 0
      strengths[index] = Float(strength)
      pullBack(encoder, strength)
    }
  }

  /// θ stays as it is, to the bit, for a strength of 0.
  private func pullBack(_ encoder: ModelPart, _ strength: Double) {
    guard strength > 0 else { return }
    withoutGradient {
      for (name, parameter) in encoder.parameters where !parameter.isFrozen {
        guard let start = initial[name] else { continue }
        parameter.assign(Self.blended(parameter.leaf.detached(), with: start, strength: strength))
      }
    }
  }

  /// How far the clusters of a modality's features agree with the classes; 0 without clusters.
  private func purity(
    _ split: (features: [Tensor], labels: [[Int]]), _ modality: Int, _ model: MultimodalModel,
    _ name: String
  ) -> Double {
    guard split.labels[modality].count >= model.classes else { return 0 }
    let stream = RandomStream(seed: setting.seed, "diagnosing", name, model.modalities[modality])
    let clusters = KMeans.clusters(
      of: Self.scaled(split.features[modality]), count: model.classes,
      restarts: configuration.restarts, from: stream)
    return Purity.of(split.labels[modality], in: clusters)
  }

  private func features(
    of model: MultimodalModel, _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws -> (features: [Tensor], labels: [[Int]]) {
    var batches: [[Tensor]] = []
    var labels = model.modalities.map { _ in [Int]() }
    try withoutGradient {
      try forEachBatch { batch in
        let features = model.features(batch.ragged, .evaluation)
        batches.append(features.enumerated().map { batch.present[$0].rows(of: $1) })
        let own = batch.labels.array(of: Int.self)
        for modality in labels.indices {
          labels[modality] += batch.present[modality]?.rows.map { own[$0] } ?? own
        }
      }
    }
    let features = model.modalities.indices.map { modality in
      Tensor.concatenated(batches.map { $0[modality] }, dimension: 0)
    }
    for (name, feature) in zip(model.modalities, features)
    where !feature.isFinite().all().array(of: Bool.self)[0] {
      throw EquipoiseError(
        .training, "the features of modality '\(name)' are not finite",
        fix: "lower training.optimiser.learningRate or set training.gradientClip")
    }
    return (features, labels)
  }

  /// The initial weights, and a pass of the encoders over the training split for each diagnosis; the
  /// validation split and clustering are not counted.
  public var resources: MethodResources {
    let summary = setting.summary
    let diagnoses = (0..<setting.epochs).count {
      Self.isDue(at: $0, period: configuration.period, limit: configuration.limit)
    }
    return MethodResources(
      memory: initial.values.reduce(0) { $0 + $1.byteCount },
      multiplyAddsPerSample: 3 * summary.multiplyAdds
        + diagnoses * summary.encoderMultiplyAdds / setting.epochs)
  }

  /// α of each modality at the last diagnosis; 0 before the first.
  public var telemetry: [(name: MetricName, value: Tensor)] {
    zip(encoders, strengths).map { (.telemetry("strength", modality: $0.name), Tensor($1)) }
  }

  /// The initial weights of the encoders, and the last strengths.
  public var state: [NamedTensor] {
    encoders.flatMap(\.parameters).compactMap { name, _ in
      initial[name].map { ("initial.\(name)", $0) }
    } + [("strengths", Tensor(strengths))]
  }

  /// Continues with saved initial weights.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    for (name, tensor) in initial {
      initial[name] = try saved.tensor("initial.\(name)", like: tensor)
    }
    strengths = try saved.tensor("strengths", shape: [strengths.count]).floats()
  }
}
