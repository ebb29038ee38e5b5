// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// ReconBoost (Hua, Xu, Bao, Yang, Huang, ICML 2024): modalities are trained in turns, each on what the others, which
/// stand still, leave over.
///
/// ```
/// Φ = Σ_m ℓ_m,  q = softmax(sg Σ_{j≠m} ℓ_j),  p = softmax(ℓ_m)
/// label:     L = −(1 − λ q_y) log p_y                                   boosted(_:_:_:…)
/// residual:  L = −Σ_k (y_k − λ q_k) log p_k
/// regression: the mean squared error of ℓ_m to y − sg Σ_{j≠m} ℓ_j, which is boosting itself
/// ```
/// A stage is E_1 epochs of one modality, by turns, and E_2 epochs of CE(Φ, y) on everything. `label` is the released
/// code's loss, λ = w_2 / w_1 there, and w_1 a factor of the learning rate. `residual` is the paper's figure; it has no
/// bound for any λ above 0, as the logits of wrong classes fall for ever.
///
/// Choices:
/// - Encoders that stand still run in evaluation mode, so that their running statistics stand too.
/// - One optimiser for the whole run; the released code begins a new one with each stage.
/// - The released memory term compares two constants and trains nothing; it is left out.
/// - Of the fusion `shared` Φ is the sum of the modalities' own logits, of which the fused ones are the mean; inference
///   takes the sum.
public final class ReconBoost: StepDefining, InferenceFusing, ResourceStating {
  /// What a modality is trained on in its turn.
  public enum Form: String, ConfigurationChoice {
    /// The true class, for less where the others are sure of it.
    case label
    /// What the others leave over of all classes.
    case residual
  }

  /// The settings of ReconBoost.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// E_1, epochs of one modality in each stage; 0 is joint training.
    public var boostingEpochs = 4
    /// E_2, epochs of all modalities in each stage.
    public var rectificationEpochs = 4
    /// λ, how much what the others know counts; 0 trains each modality alone.
    public var lambda = 0.2
    /// What a modality is trained on in its turn.
    public var form = Form.label

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("boostingEpochs", boostingEpochs, .atLeast(0, to: 1_000_000))
      try path.check(
        "rectificationEpochs", rectificationEpochs,
        .atLeast(boostingEpochs == 0 ? 1 : 0, to: 1_000_000))
      try path.check("lambda", lambda, .from(0..<1))
    }
  }

  /// `reconboost`
  public static let name = "reconboost"
  /// One line for lists.
  public static let summary = "modalities in turns, each on what the others leave over"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, fusion: .sum, fusions: ["sum", "shared"], coupling: .uncoupled,
    tasks: TaskRules(
      multilabel: .stated(
        "each label's loss is weighted by 1 − λ times the others' probability of what holds"),
      regression: .stated(
        "a modality is trained on the difference of the target and the others' numbers")),
    missing: .stated(
      "a modality's turn takes the samples that have it; what the others say is the sum over those that a sample has"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Hua, Xu, Bao, Yang, Huang",
    title: "ReconBoost: Boosting Can Achieve Modality Reconcilement", venue: "ICML 2024")

  private let configuration: Configuration
  private let setting: MethodSetting

  /// ReconBoost of a model whose modalities have classifiers of their own.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let model = setting.model
    try setting.requireSeveralModalities(for: "ReconBoost")
    guard model.fusion is SumFusion || model.fusion is SharedFusion else {
      throw EquipoiseError(
        .configuration,
        "ReconBoost adds up what each modality's own classifier says, which the model's fusion "
          + "(\(model.fusion.summary)) does not have",
        at: "model.fusion", fix: "set model.fusion=sum or shared")
    }
    try setting.requireSeparateEncoders("ReconBoost trains one encoder at a time")
    (self.configuration, self.setting) = (configuration, setting)
  }

  // MARK: Equations

  /// The modality whose turn an epoch is; `nil` where all are trained.
  static func player(
    at epoch: Int, boosting: Int, rectification: Int, modalities: Int
  ) -> Int? {
    let length = boosting + rectification
    return epoch % length < boosting ? epoch / length % modalities : nil
  }

  /// What a modality is trained on in its turn, a scalar.
  ///
  /// - Parameters:
  ///   - own: ℓ_m, [B, K].
  ///   - others: Σ_{j≠m} ℓ_j, a constant.
  ///   - answers: as a batch has them.
  ///   - objective: the task.
  ///   - lambda: λ.
  ///   - form: which loss.
  /// - Returns: the mean over samples, and the mean factor of the true class's loss, without gradient.
  static func boosted(
    _ own: Tensor, _ others: Tensor, _ answers: Tensor, by objective: Objective, lambda: Double,
    form: Form
  ) -> (loss: Tensor, factor: Tensor) {
    switch objective.task {
    case .regression:
      let targets = objective.scale?.standardised(answers) ?? answers
      let loss = (own - (targets.to(own.dtype) - others)).power(2).mean()
      return (loss, loss.detached().zerosLike() + 1)
    case .multilabel:
      let labels = answers.to(own.dtype)
      let signs = labels * 2 - 1
      let logs = [own * signs, own * -signs].map {
        Distributions.logProbabilities($0, of: .multilabel).select(0, dimension: 2)
      }
      let known = (others * signs).sigmoid()
      let factor = 1 - known * lambda
      guard form == .residual else { return (-(factor * logs[0]).mean(), factor.mean()) }
      return (-(factor * logs[0] - (1 - known) * lambda * logs[1]).mean(), factor.mean())
    case .classification:
      let (logs, known) = (own.logSoftmax(1), others.softmax(1))
      let factor = 1 - known.gatheringColumns(answers) * lambda
      guard form == .residual else {
        return (-(factor * logs.gatheringColumns(answers)).mean(), factor.mean())
      }
      let targets = answers.oneHot(own.size(1), dtype: own.dtype) - known * lambda
      return (-(targets * logs).sum(over: [1]).mean(), factor.mean())
    }
  }

  // MARK: Hooks

  /// One step of one modality, or of all.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let player = Self.player(
      at: context.epoch, boosting: configuration.boostingEpochs,
      rectification: configuration.rectificationEpochs,
      modalities: setting.model.modalities.count)
    guard let player else { return try rectify(context, engine) }
    let batch = context.batch
    let logits = logits(context, engine, training: player)
    let others = logits.enumerated().filter { $0.offset != player }.compactMap(\.element)
    let present = batch.present[player]
    guard let own = logits[player] else {
      let sum = Tensor.sum(of: others)
      return StepReport(loss: setting.objective.loss(sum, batch.labels), logits: sum)
    }
    let rest =
      others.isEmpty ? own.detached().zerosLike() : Tensor.sum(of: others.map { $0.detached() })
    let (loss, factor) = Self.boosted(
      present.rows(of: own), present.rows(of: rest), present.rows(of: batch.labels),
      by: setting.objective, lambda: configuration.lambda, form: configuration.form)
    try engine.apply(engine.gradients(of: loss))
    var report = StepReport(loss: loss, logits: own + rest)
    report.telemetry = [
      (.telemetry("factor", modality: setting.model.modalities[player]), factor.detached())
    ]
    return report
  }

  /// What each modality says, [B, K]: 0 where a sample lacks it, nil where none has it. Only the player's has a gradient.
  private func logits(
    _ context: StepContext, _ engine: any StepEngine, training player: Int
  ) -> [Tensor?] {
    let (batch, model) = (context.batch, engine.model)
    return batch.ragged.enumerated().map { modality, input -> Tensor? in
      let isPlayer = modality == player
      func answer() -> Tensor? {
        let feature = engine.inRunPrecision {
          model.ownFeatures(modality, input, isPlayer ? context.mode : .evaluation)
        }
        guard let feature, let own = model.fusion.ownLogits(modality, of: feature.inFullPrecision())
        else { return nil }
        return batch.present[modality]?.scattered(own) ?? own
      }
      return isPlayer ? answer() : withoutGradient(answer)
    }
  }

  private func rectify(
    _ context: StepContext, _ engine: any StepEngine
  ) throws -> StepReport {
    let forward = try engine.forward(context)
    let logits = try summed(forward, context.batch.present, engine.model)
    let loss = setting.objective.loss(logits, context.batch.labels)
    try engine.apply(engine.gradients(of: loss))
    return StepReport(loss: loss, logits: logits)
  }

  private func summed(
    _ forward: Forward, _ present: [RowPresence?], _ model: MultimodalModel
  ) throws -> Tensor {
    guard model.fusion is SharedFusion else { return forward.logits.inFullPrecision() }
    return try fusedLogits(
      of: forward.features.map { $0.inFullPrecision() }, present: present, with: model)
  }

  /// Φ, over the modalities that each sample has.
  public func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor {
    guard model.fusion is SharedFusion else { return model.fusion.logits(features) }
    let own = features.indices.compactMap { model.fusion.ownLogits($0, of: features[$0]) }
    guard let masks = OverPresent.masks(present, like: own[0]) else { return Tensor.sum(of: own) }
    return (Tensor.stacked(own) * masks).sum(over: [0])
  }

  /// In a turn its encoder there and back and the others there; joint training in the epochs of all.
  public var resources: MethodResources {
    let summary = setting.summary
    let turns = (0..<max(1, setting.epochs)).map { epoch in
      Self.player(
        at: epoch, boosting: configuration.boostingEpochs,
        rectification: configuration.rectificationEpochs, modalities: summary.encoders.count)
    }
    let head = summary.fusionMultiplyAdds / summary.encoders.count
    let costs = turns.map { player in
      guard let player else { return 3 * summary.multiplyAdds }
      return summary.multiplyAdds + 2 * (summary.encoders[player].multiplyAdds + head)
    }
    return MethodResources(
      multiplyAddsPerSample: costs.reduce(0, +) / costs.count)
  }
}
