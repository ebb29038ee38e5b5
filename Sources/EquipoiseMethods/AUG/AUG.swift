// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseModels
public import EquipoiseTorch

/// Mitigating the disproportion of classification ability (Jiang, Huang, Yang, NeurIPS 2025): modalities train in turns in
/// each step, and the one that classifies worse gets a further layer that learns what its classifier leaves over.
///
/// ```
/// ℓ_m as in BoostedFusion;  new: its last layer's part,  old = ℓ_m − new,  q = softmax(sg old)
/// n_m = 0: L_m = CE(ℓ_m)
/// else     L_m = CE(ℓ_m) + CE(old) + mean (1 − λ q_y)(−log p_new,y)           loss(_:_:_:…)
/// after epoch 0 and every tenth of the run:  r_m = s_m / Σ_{j≠m} s_j over the epoch   weaker(_:)
/// M = 2: the modality with r_m < 1 / 1.01;  M > 2: each with r_m < 0.8 / (M − 1) gets a layer
/// ```
/// One forward pass serves all updates; each has the encoder of one modality, its layers and the shared classifier.
/// Layers that do not count have no gradient, so that neither decay nor momentum moves them.
///
/// Choices:
/// - The new layers are trained, which the paper asks for. The released optimiser is made before there are any and never told of
///   them: they keep their random start (``Configuration/frozenLayers``).
/// - λ is 0.2, of a comment and the older scripts; 0.5 in the newest.
/// - Inference averages (`model.fusion.shares`); the released weights 0.4 and 0.6 seem chosen by the test split.
public final class AUG: StepDefining, EpochAdapting, StateKeeping, ResourceStating {
  /// The settings of AUG.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// λ, how much what the older layers know counts.
    public var lambda = 0.2
    /// How much worse a modality must be for a layer.
    public var margin = 0.01
    /// Epochs between two decisions after the first; nil is a tenth of the run.
    public var interval: Int?
    /// Whether layers grow at all.
    public var grows = true
    /// Whether new layers keep their random start, as in the released code.
    public var frozenLayers = false

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("lambda", lambda, .within(0...1))
      try path.check("margin", margin, .from(0..<1))
      try path.check("interval", interval, .atLeast(1, to: 1_000_000))
    }
  }

  /// `aug`
  public static let name = "aug"
  /// One line for lists.
  public static let summary = "the modality that classifies worse gets further layers"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, fusion: FusionSection(BoostedFusion.Configuration()),
    coupling: .uncoupled,
    tasks: TaskRules(
      multilabel: .stated(
        "each label's loss of a new layer is weighted by 1 − λ times the older layers' probability of what holds"
      ),
      regression: .stated(
        "a new layer is trained on the difference of the target and the older layers' number")),
    missing: .stated(
      "a modality's update takes the samples that have it; scores are compared by the samples that have all"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Jiang, Huang, Yang",
    title:
      "Rethinking Multimodal Learning from the Perspective of Mitigating Classification Ability "
      + "Disproportion", venue: "NeurIPS 2025")

  private let configuration: Configuration
  private let setting: MethodSetting
  private let fusion: BoostedFusion
  /// n of each modality.
  private(set) var layers: [Int]
  /// Σ s of each modality over the epoch, [M].
  private var sums: Tensor

  /// AUG of a model with the boosted head.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "AUG")
    guard let fusion = setting.model.fusion as? BoostedFusion else {
      throw EquipoiseError(
        .configuration,
        "AUG lets classifiers grow, which the model's fusion (\(setting.model.fusion.summary)) cannot",
        at: "model.fusion", fix: "set model.fusion=boosted")
    }
    try setting.requireSeparateEncoders("AUG trains one encoder at a time")
    (self.configuration, self.setting, self.fusion) = (configuration, setting, fusion)
    layers = setting.model.modalities.map { _ in 0 }
    sums = .zeros([layers.count], device: setting.device)
  }

  // MARK: Equations

  /// The modalities that get a layer.
  ///
  /// - Parameters:
  ///   - scores: Σ s of each modality over an epoch.
  ///   - margin: how much worse one of two must be.
  /// - Returns: their positions.
  static func weaker(_ scores: [Double], margin: Double) -> [Int] {
    func ratio(_ modality: Int) -> Double {
      scores[modality] / max(1e-8, scores.reduce(0, +) - scores[modality])
    }
    guard scores.count == 2 else {
      let bound = 0.8 / Double(scores.count - 1)
      return scores.indices.filter { ratio($0) < bound }
    }
    let lead = scores[1] > 0 ? ratio(0) : .infinity
    return lead < 1 - margin ? [0] : lead > 1 + margin ? [1] : []
  }

  /// What a modality is trained on, a scalar.
  ///
  /// - Parameters:
  ///   - old: the logits of all layers but the last, [B, K].
  ///   - new: those of the last.
  ///   - answers: as a batch has them.
  ///   - objective: the task.
  ///   - lambda: λ.
  /// - Returns: CE(old + new) + CE(old) + the new layer's own loss.
  static func loss(
    _ old: Tensor, _ new: Tensor, _ answers: Tensor, by objective: Objective, lambda: Double
  ) -> Tensor {
    let own = ReconBoost.boosted(
      new, old.detached(), answers, by: objective, lambda: lambda, form: .label)
    return objective.loss(old + new, answers) + objective.loss(old, answers) + own.loss
  }

  // MARK: Hooks

  /// Lets the weaker modality grow where that is due, by the scores of the epoch before.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    let interval = configuration.interval ?? max(1, setting.epochs / 10)
    defer { sums = sums.zerosLike() }
    guard configuration.grows, epoch > 0, epoch == 1 || epoch.isMultiple(of: interval) else {
      return
    }
    let scores = sums.to(.cpu).to(.float64).array(of: Double.self)
    for modality in Self.weaker(scores, margin: configuration.margin)
    where layers[modality] < fusion.mostLayers { layers[modality] += 1 }
    fusion.activate(layers)
  }

  /// One forward pass and one update for each modality.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let (batch, objective) = (context.batch, setting.objective)
    let features = engine.inRunPrecision {
      engine.model.features(batch.ragged, context.mode)
    }.map { $0.inFullPrecision() }
    var (outputs, losses): ([Tensor], [Tensor]) = ([], [])
    for (modality, feature) in features.enumerated() {
      let parts = parts(modality, feature)
      outputs.append(Tensor.sum(of: parts).detached())
      let presence = batch.present[modality]
      guard presence.hasRows else { continue }
      let own = parts.map { presence.rows(of: $0) }
      let labels = presence.rows(of: batch.labels)
      let loss =
        own.count == 1
        ? objective.loss(own[0], labels)
        : Self.loss(
          Tensor.sum(of: Array(own.dropLast())), own[own.count - 1], labels, by: objective,
          lambda: configuration.lambda)
      var gradients = try engine.gradients(of: loss)
      if configuration.frozenLayers { gradients.drop { $0.hasPrefix("fusion.a.") } }
      try engine.apply(gradients)
      losses.append(loss.detached())
    }
    addScores(outputs, batch)
    var report = StepReport(
      loss: Tensor.stacked(losses).mean(), logits: OverPresent.mean(outputs, batch.present))
    report.telemetry = setting.telemetry("layers", Tensor(layers.map(Float.init)))
    return report
  }

  /// What each layer that counts adds to a modality's logits.
  private func parts(_ modality: Int, _ feature: Tensor) -> [Tensor] {
    [fusion.base(modality, of: feature)]
      + (0..<layers[modality]).map { fusion.added($0, modality, of: feature) }
  }

  private func addScores(_ outputs: [Tensor], _ batch: Batch) {
    let complete = batch.complete
    guard complete.hasRows else { return }
    withoutGradient {
      let labels = complete.rows(of: batch.labels)
      let scores = outputs.map {
        setting.objective.score(complete.rows(of: $0), labels).to(.float32)
      }
      sums = sums + Tensor.stacked(scores)
    }
  }

  /// Each encoder there and back once, and the head as if all its layers counted.
  public var resources: MethodResources {
    .joint(of: setting, with: nil)
  }

  // MARK: State

  /// n and the scores of the epoch so far; which layers count is also with the weights.
  public var state: [NamedTensor] {
    [("layers", Tensor(layers.map { Int64($0) })), ("sums", sums)]
  }

  /// Continues with saved layers.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    layers = try saved.tensor("layers", shape: [layers.count]).array(of: Int.self)
    sums = try saved.tensor("sums", like: sums)
    fusion.activate(layers)
  }
}

extension ModelGradients {
  /// Takes the gradients of some parameters away, so that an optimiser leaves them alone.
  mutating func drop(where isDropped: (String) -> Bool) {
    for index in entries.indices where isDropped(entries[index].name) {
      entries[index].gradient = nil
    }
  }
}
