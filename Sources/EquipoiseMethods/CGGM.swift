// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Classifier-guided gradient modulation (Guo et al., NeurIPS 2024): the encoder of a modality whose own classifier
/// improves faster than the others' gets a smaller gradient.
///
/// ```
/// f_m    linear classifiers on sg z_m, trained by Σ_m CE(f_m(sg z_m), y)
/// Δ_m  = acc_m(t) − acc_m(t−1)         of this batch and the one before
/// B_m  = (Σ_j Δ_j − Δ_m) / Σ_j Δ_j,  Σ_m B_m = M − 1                  balance(_:)
/// g_m  ← ρ B_m g_m                                                     encoder m
/// L_gm = 1/M (Σ_m |B_m| − Σ_m B_m cos(G, G_m))                         directionLoss(_:cosines:)
/// ```
/// With λ above 0 the term λ L_gm joins the loss: G = (softmax(ℓ) − Y)ᵀ sg z_m / B, the gradient of the fused logits at a
/// last layer, is pulled towards G_m = (softmax(f_m) − Y)ᵀ sg z_m / B, which is constant.
///
/// Choices:
/// - Σ Δ near 0 makes B as large as one likes, and of mixed signs negative, which would ascend: below 10⁻³ all B are
///   (M − 1)/M, and B is clipped to [0, M − 1].
/// - The released code hands the weights of last layers to its cosine in place of gradients, a step late, which pulls the
///   fused layer towards the classifiers and turns no encoder's gradient. λ is 0 by default.
/// - The classifiers are linear and trained by the run's optimiser; the released ones are two-layer transformers with an
///   optimiser of their own. The published settings clip gradients at 0.8 (`training.gradientClip`).
/// - At balance the factor is ρ (M − 1)/M, 0.65 for two modalities, which is a smaller learning rate in disguise:
///   ``Configuration/normalised`` multiplies by M/(M − 1). The first step has no Δ and changes nothing.
public final class CGGM: ObjectiveDefining, GradientModulating, ParameterOwning, StateKeeping,
  TelemetryReporting, ResourceStating
{
  /// The settings of CGGM.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// Whether gradients are scaled.
    public var modulates = true
    /// ρ, the factor of all encoders' gradients.
    public var rho = 1.3
    /// Whether the factor at balance is ρ, in place of ρ (M − 1)/M.
    public var normalised = false
    /// λ, the weight of the direction term.
    public var lambda = 0.0
    /// What a running mean of the accuracies keeps of itself in each step; 0 compares a batch with the one before.
    public var decay = 0.0

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("rho", rho, .above(0))
      try path.check("lambda", lambda, .atLeast(0))
      try path.check("decay", decay, .from(0..<1))
    }
  }

  /// `cggm`
  public static let name = "cggm"
  /// One line for lists.
  public static let summary = "smaller gradients where a modality's own classifier improves faster"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .stated("accuracy is the balanced share of a sample's right labels"),
      regression: .stated(
        "accuracy is the share of predictions on the right side of the training mean; of a sentiment around 0 the sign, as published"
      )),
    missing: .stated(
      "classifiers are trained on the samples that have their modality; accuracies are of samples that have all, and without such nothing is scaled"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Guo et al.",
    title: "Classifier-guided Gradient Modulation for Enhanced Multimodal Learning",
    venue: "NeurIPS 2024")

  /// Accuracies and factors of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  /// `nil` at the neutral setting.
  private let heads: UnimodalHeads?
  /// The accuracies of the step before, [M]; `nil` before the first.
  private var accuracies: Tensor?
  /// B of this step, [M].
  private var balance: Tensor?

  /// CGGM of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "CGGM")
    (self.configuration, self.setting) = (configuration, setting)
    let isNeutral = !configuration.modulates && configuration.lambda == 0
    heads = isNeutral ? nil : try UnimodalHeads(.own, of: Self.name, setting)
  }

  // MARK: Equations

  /// B of each modality, [M] in [0, M − 1].
  ///
  /// - Parameter changes: Δ, [M].
  /// - Returns: (M − 1)/M for all where the changes cancel.
  public static func balance(_ changes: Tensor) -> Tensor {
    let count = Double(changes.count)
    let sum = changes.sum()
    let isClear = sum.magnitude().greater(than: 1e-3)
    let safe = sum.selected(where: isClear, else: sum.zerosLike() + 1)
    let balance = ((safe - changes) / safe).clamped(low: 0, high: count - 1)
    return balance.selected(where: isClear, else: balance.zerosLike() + (count - 1) / count)
  }

  /// L_gm.
  ///
  /// - Parameters:
  ///   - balance: B, [M].
  ///   - cosines: of each modality's two gradients, [M].
  /// - Returns: a scalar.
  public static func directionLoss(_ balance: Tensor, cosines: Tensor) -> Tensor {
    (balance.magnitude() - balance * cosines).mean()
  }

  /// The gradient of a loss at a linear layer on features, [K, w].
  ///
  /// - Parameters:
  ///   - outputs: of the layer, [B, K].
  ///   - answers: as a batch has them.
  ///   - features: [B, w].
  ///   - objective: the task; its plain loss is meant, whichever is minimised.
  /// - Returns: (softmax(ℓ) − Y)ᵀ z / B, of several labels with σ, of a regression 2 (ŷ − y)ᵀ z / B, means over outputs.
  static func layerGradient(
    _ outputs: Tensor, _ answers: Tensor, _ features: Tensor, by objective: Objective
  ) -> Tensor {
    let width = Double(outputs.size(1))
    let residual: Tensor
    switch objective.task {
    case .classification:
      residual = outputs.softmax(1) - answers.oneHot(outputs.size(1), dtype: outputs.dtype)
    case .multilabel: residual = (outputs.sigmoid() - answers.to(outputs.dtype)) / width
    case .regression:
      let targets = objective.scale?.standardised(answers) ?? answers
      residual = (outputs - targets.to(outputs.dtype)) * (2 / width)
    }
    return residual.transposed(0, 1).matmul(features) / Double(outputs.size(0))
  }

  /// The cosine of two gradients taken as one vector each.
  static func cosine(_ a: Tensor, _ b: Tensor) -> Tensor {
    let lengths = ((a * a).sum() * (b * b).sum() + 1e-24).squareRoot()
    return (a * b).sum() / lengths
  }

  /// How many of a batch's answers are right, as a share.
  static func accuracy(_ outputs: Tensor, _ answers: Tensor, by objective: Objective) -> Tensor {
    switch objective.task {
    case .classification: return outputs.argmax(1).equal(answers).to(outputs.dtype).mean()
    case .multilabel:
      // A logit far beyond 0 makes a certain σ of a decision.
      let decided = (outputs.greater(than: 0).to(outputs.dtype) - 0.5) * 1e3
      return Objective.rightness(decided, answers).mean()
    case .regression:
      let targets = objective.scale?.standardised(answers) ?? answers
      return outputs.greater(than: 0).equal(targets.greater(than: 0)).to(outputs.dtype).mean()
    }
  }

  // MARK: Hooks

  /// The classifiers' parameters.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// The fused loss, those of the classifiers, which reach no encoder, and the direction term.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let (batch, objective) = (context.batch, setting.objective)
    let logits = forward.logits.inFullPrecision()
    let fused = objective.loss(logits, batch.labels)
    balance = nil
    telemetry = []
    guard let heads else { return fused }
    let features = forward.features.map { $0.inFullPrecision().detached() }
    let outputs = heads.outputs(features)
    let own = Tensor.sum(of: objective.losses(outputs, in: batch).map(\.loss))
    compare(outputs.map { $0.detached() }, batch)
    guard configuration.lambda > 0, let balance else { return fused + own }
    let cosines = cosines(logits, outputs.map { $0.detached() }, features, batch)
    return fused + own
      + Self.directionLoss(balance.to(logits.dtype), cosines: cosines) * configuration.lambda
  }

  /// Finds B of this step from the accuracies of this batch and of the one before.
  private func compare(_ outputs: [Tensor], _ batch: Batch) {
    let complete = batch.complete
    guard complete.hasRows else { return }
    withoutGradient {
      let labels = complete.rows(of: batch.labels)
      let found = Tensor.stacked(
        outputs.map {
          Self.accuracy(complete.rows(of: $0), labels, by: setting.objective).to(.float32)
        })
      let kept = configuration.decay
      let now = accuracies.map { kept > 0 ? $0 * kept + found * (1 - kept) : found } ?? found
      if let accuracies { balance = Self.balance(now - accuracies) }
      accuracies = now
      telemetry =
        setting.telemetry("accuracy", now)
        + (balance.map { setting.telemetry("balance", $0) } ?? [])
    }
  }

  private func cosines(
    _ logits: Tensor, _ outputs: [Tensor], _ features: [Tensor], _ batch: Batch
  ) -> Tensor {
    Tensor.stacked(
      features.indices.map { modality in
        let presence = batch.present[modality]
        guard presence.hasRows else { return logits.sum().zerosLike() }
        let (answers, feature) = (
          presence.rows(of: batch.labels), presence.rows(of: features[modality])
        )
        func gradient(_ values: Tensor) -> Tensor {
          Self.layerGradient(presence.rows(of: values), answers, feature, by: setting.objective)
        }
        return Self.cosine(gradient(logits), gradient(outputs[modality]))
      })
  }

  /// Scales the encoders' gradients.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    guard configuration.modulates, let balance else { return }
    let count = Double(balance.count)
    let factors =
      balance * (configuration.rho * (configuration.normalised ? count / (count - 1) : 1))
    withoutGradient {
      for (modality, factor) in factors.unbound().enumerated() {
        gradients.mapEncoder(modality) { _, gradient in gradient * factor.to(gradient.dtype) }
      }
    }
  }

  /// Joint training; the classifiers there, and back to their weights; for the direction two products more, of which
  /// one goes back.
  public var resources: MethodResources {
    let products = configuration.lambda > 0 ? 3 : 0
    let size = setting.model.fusion.featureWidths.reduce(0, +) * setting.classes
    return .joint(of: setting, with: heads, passes: 2, multiplyAdds: products * size)
  }

  // MARK: State

  /// The accuracies of the step before.
  public var state: [NamedTensor] { accuracies.map { [("accuracies", $0)] } ?? [] }

  /// Continues from saved accuracies.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    accuracies =
      saved.has("accuracies")
      ? try saved.tensor("accuracies", shape: [setting.model.modalities.count]).to(setting.device)
      : nil
  }
}
