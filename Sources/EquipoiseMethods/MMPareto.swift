// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseModels
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// MMPareto (Wei and Hu, ICML 2024): each encoder learns from the fused loss and from its own, and
/// where the two gradients disagree it takes the direction that hurts neither.
///
/// ```
/// L_0 = CE(ℓ, y),   L_m = CE(ℓ_m, y);   g_0, g_m: their gradients at encoder m
/// a = ½                                    if g_0 · g_m > 0
/// a = argmin_a ‖(1 − a) g_0 + a g_m‖²      if not         unimodalWeight(joint:unimodal:product:)
/// h = (1 − a) g_0 + a g_m
/// g ← γ ‖g_0 + g_m‖ h / ‖h‖                               combined(joint:unimodal:weight:gamma:)
/// ```
/// The fusion head takes the plain sum of all gradients. ℓ_m is the modality's exact part of the
/// fused logits where the head has one, else the logits with the other features zero; the released
/// code gives each modality a further classifier of its own.
public final class MMPareto: StepDefining, ResourceStating {
  /// The settings of MMPareto.
  public struct Configuration: ConfigurationSection {
    /// γ, the length of an encoder's gradient compared with the plain sum's.
    public var gamma = 1.5

    /// The defaults.
    public init() {}
  }

  /// `mmpareto`
  public static let name = "mmpareto"
  /// One line for lists.
  public static let summary = "fused and unimodal losses, reconciled at each encoder"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, coupling: .uncoupled, tasks: .ownLosses,
    missing: .stated(
      "each modality's own loss is the mean over the samples that have it; without any its encoder gets no gradient"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wei and Hu",
    title: "MMPareto: Boosting Multimodal Learning with Innocent Unimodal Assistance",
    venue: "ICML 2024")

  private let configuration: Configuration
  private let setting: MethodSetting

  /// MMPareto of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "MMPareto")
    try setting.requireSeparateEncoders("MMPareto needs the gradients of each encoder's own loss")
    self.configuration = configuration
    self.setting = setting
  }

  // MARK: Equations

  /// a, the weight of the unimodal gradient.
  ///
  /// - Parameters:
  ///   - joint: ‖g_0‖².
  ///   - unimodal: ‖g_m‖².
  ///   - product: g_0 · g_m.
  /// - Returns: of rank 0, in [0, 1].
  public static func unimodalWeight(joint: Tensor, unimodal: Tensor, product: Tensor) -> Tensor {
    let length = (joint + unimodal - product * 2).clamped(low: 1e-30)
    let smallest = ((joint - product) / length).clamped(low: 0, high: 1)
    return (product.zerosLike() + 0.5).selected(where: product.greater(than: 0), else: smallest)
  }

  /// An encoder's gradient.
  ///
  /// - Parameters:
  ///   - joint: g_0, parameter by parameter.
  ///   - unimodal: g_m, likewise.
  ///   - weight: a.
  ///   - gamma: γ.
  /// - Returns: γ ‖g_0 + g_m‖ h / ‖h‖; 0 where h is.
  public static func combined(
    joint: [Tensor], unimodal: [Tensor], weight: Tensor, gamma: Double
  ) -> [Tensor] {
    let mixed = zip(joint, unimodal).map { $0 * (1 - weight) + $1 * weight }
    let length = GradientClipping.norm(of: zip(joint, unimodal).map { $0 + $1 })
    let scale = length * gamma / GradientClipping.norm(of: mixed).clamped(low: 1e-12)
    return mixed.map { $0 * scale }
  }

  // MARK: Hook

  /// One step from two backward passes over one forward pass.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let labels = context.batch.labels
    let forward = try engine.forward(context)
    let fused = setting.objective.loss(forward.logits.inFullPrecision(), labels)
    let losses = setting.objective.losses(
      setting.unimodalOutputs(forward.features.map { $0.inFullPrecision() }), in: context.batch)
    let unimodal = Tensor.sum(of: losses.map(\.loss))
    let joint = try engine.gradients(of: fused, retainingGraph: true)
    // At encoder m only L_m of the sum has a gradient.
    let own = try engine.gradients(of: unimodal)
    let (gradients, weights) = withoutGradient { reconcile(joint, own) }
    try engine.apply(gradients)
    var report = StepReport(loss: fused + unimodal, logits: forward.logits)
    report.telemetry =
      setting.telemetry("weight", weights)
      + losses.map {
        (.telemetry("loss", modality: setting.model.modalities[$0.modality]), $0.loss.detached())
      }
    return report
  }

  /// One forward and two backward passes; three sets of gradients instead of one.
  public var resources: MethodResources {
    let summary = setting.summary
    return MethodResources(
      memory: 2 * setting.model.parameterBytes, multiplyAddsPerSample: 5 * summary.multiplyAdds)
  }

  private static func sum(_ a: ModelGradients, _ b: ModelGradients) -> ModelGradients {
    var result = a
    for index in result.entries.indices {
      guard let other = b.entries[index].gradient else { continue }
      result.entries[index].gradient = a.entries[index].gradient.map { $0 + other } ?? other
    }
    return result
  }

  /// The plain sum, with the encoders' gradients replaced; and a of each modality, [M].
  private func reconcile(
    _ joint: ModelGradients, _ unimodal: ModelGradients
  ) -> (gradients: ModelGradients, weights: Tensor) {
    var result = Self.sum(joint, unimodal)
    let device = setting.device
    let weights = joint.encoders.map { range in
      let present = range.filter {
        joint.entries[$0].gradient != nil && unimodal.entries[$0].gradient != nil
      }
      // An encoder that no sample of the batch had reached: there is nothing to reconcile.
      guard !present.isEmpty else { return Tensor(0.5 as Float).to(device) }
      let first = present.compactMap { joint.entries[$0].gradient }
      let second = present.compactMap { unimodal.entries[$0].gradient }
      let weight = Self.unimodalWeight(
        joint: Self.product(first, first), unimodal: Self.product(second, second),
        product: Self.product(first, second))
      let combined = Self.combined(
        joint: first, unimodal: second, weight: weight, gamma: configuration.gamma)
      for (index, gradient) in zip(present, combined) {
        result.entries[index].gradient = gradient
      }
      return weight
    }
    return (result, Tensor.stacked(weights.map { $0.to(weights[0].dtype) }))
  }

  /// The scalar product of two lists of gradients taken as one vector each.
  private static func product(_ a: [Tensor], _ b: [Tensor]) -> Tensor {
    Tensor.stacked(zip(a, b).map { ($0 * $1).sum() }).sum()
  }
}

extension MMPareto.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("gamma", gamma, .above(0))
  }
}
