public import Torch

/// AIM: Adaptive Intra-Network Modulation (Shen, Chen, Zhang).
///
/// | equation | function |
/// |---|---|
/// | 1, 2 | the network's own forward pass and cross-entropy |
/// | 3–6 | `DepthAdaptivePrototypes`, `Machinery.pass` |
/// | 7, 8, 13 | `BlockDecoupling` |
/// | 9, 10 | `BlockPerformance` of a `BlockJudge`'s logits |
/// | 11, 12, 14–16 | `AIMEquations` |
/// | Algorithm 1 | ``step(in:with:)`` |
///
/// Deviations from the paper, each with its setting (`AIMConfiguration`): the task loss is kept after
/// epoch E, since L_mod gives the fusion head no gradient; prototypes pass through the blocks together
/// with the batch and carry gradients; α is scaled to Σ α_d = D; Φ, Φ_mask and Ψ act on rows of a
/// weight, as one layer over all of its numbers does not fit in memory, and start from its singular
/// vectors. Preset `paper-literal` undoes what can be undone.
public final class AIM: BalancingMethod, StepDefining, EpochAdapting, StateKeeping {
  /// The settings.
  public typealias Configuration = AIMConfiguration

  /// `aim`
  public static let name = "aim"
  /// One line for lists.
  public static let summary =
    "parameter- and depth-adaptive modulation inside every encoder, by prototypes"
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "S. Shen, C. L. P. Chen, T. Zhang",
    title: "AIM: Adaptive Intra-Network Modulation for Balanced Multimodal Learning",
    venue: "2025")

  let configuration: AIMConfiguration
  let seed: UInt64
  let setting: MethodSetting
  var machinery: Machinery?

  /// AIM for a model that it fits.
  ///
  /// - Throws: `EquipoiseError` for one modality or class, coupled encoders or unequal depths, a class
  ///   without samples, an E after the last epoch, or a decoupling that does not fit in memory.
  public init(_ configuration: AIMConfiguration, for setting: MethodSetting) throws {
    (self.configuration, self.setting, seed) = (configuration, setting, setting.seed)
    try checkModel()
    try checkSettings()
    try checkMemory()
  }

  /// Makes prototypes and decoupling before the first epoch, when the training data can be read.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    if epoch == 0 { machinery = try begin(with: engine) }
  }

  // MARK: A step

  /// One step of Algorithm 1: the prototypes' own step, one pass over batch and prototypes, auxiliary
  /// and good blocks, one backward pass, and the steps of both optimisers.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    guard let machinery else { preconditionFailure("a step of AIM before its first epoch") }
    let plan = StepPlan(configuration, context, depths: machinery.blocks[0].count, seed: seed)
    let prototypeLoss =
      plan.trainsPrototypes ? machinery.prototypes?.train(engine.model, with: engine) : nil
    let forward = forward(context, with: engine, machinery)
    let task = taskLoss(forward, context, engine, plan)
    let blocks = assess(forward, plan, engine, machinery)
    let modulation = plan.modulates ? modulationLoss(blocks, plan) : nil
    let loss = combined(task, modulation)

    let auxiliaries = modulation == nil ? [] : blocks.flatMap(\.self).compactMap(\.decoupled)
    var (found, atBad) = try engine.gradients(of: loss, alsoBy: auxiliaries.flatMap(\.bad))
    pullBack(&atBad, blocks, into: &found, plan, machinery)
    train(blocks, machinery, plan)
    try engine.apply(found)
    let classifierLoss = machinery.classifiers?.train(
      forward.outputs, labels: context.batch.labels)

    var report = StepReport(loss: loss, logits: forward.logits)
    report.telemetry = telemetry(blocks, plan) + [("taskLoss", task.detached())]
    if let modulation { report.telemetry.append(("modulationLoss", modulation.detached())) }
    if let judge = prototypeLoss ?? classifierLoss {
      report.telemetry.append(("judgeLoss", judge))
    }
    return report
  }

  /// Eq. 2; the fusion head alone where the settings say so.
  private func taskLoss(
    _ forward: AIMForward, _ context: StepContext, _ engine: any StepEngine, _ plan: StepPlan
  ) -> Tensor {
    let logits =
      plan.modulates && configuration.headOnly
      ? engine.inRunPrecision {
        engine.model.fusion.logits(forward.features.map { $0.detached() })
      } : forward.logits
    return logits.inFullPrecision().crossEntropy(context.batch.labels)
  }

  /// Eqs. 7–10 for every block of the planned depths, and s of all others.
  private func assess(
    _ forward: AIMForward, _ plan: StepPlan, _ engine: any StepEngine, _ machinery: Machinery
  ) -> [[BlockAssessment]] {
    forward.outputs.indices.map { modality in
      forward.outputs[modality].indices.map { depth in
        let (output, judge) = (
          forward.outputs[modality][depth], forward.judges[modality][depth]
        )
        let logits =
          plan.modulates
          ? judge.logits(of: output) : judge.constant.logits(of: output.detached())
        var block = BlockAssessment(
          original: BlockPerformance(logits: logits, labels: forward.labels))
        if !machinery.decouplings.isEmpty, plan.depths.contains(depth) {
          assessParts(of: &block, modality, depth, forward, plan, engine, machinery)
        }
        return block
      }
    }
  }

  /// The auxiliary block, and the good block with the gradient of L_g where Eq. 8 is minimised.
  private func assessParts(
    of block: inout BlockAssessment, _ modality: Int, _ depth: Int, _ forward: AIMForward,
    _ plan: StepPlan, _ engine: any StepEngine, _ machinery: Machinery
  ) {
    let (input, judge) = (forward.inputs[modality][depth], forward.judges[modality][depth])
    let decoupled = machinery.decouplings[modality][depth].decouple(
      training: plan.trainsDecoupling, with: engine)
    block.decoupled = decoupled
    func performance(
      _ pairs: [(Parameter, Tensor)], _ input: Tensor, _ judge: any BlockJudge
    ) -> BlockPerformance {
      let output = machinery.run(modality, depth, with: pairs, on: input, engine)
      return BlockPerformance(logits: judge.logits(of: output), labels: forward.labels)
    }
    let isLive = plan.modulates && configuration.auxiliaryInput == .live
    let auxiliaryInput = isLive ? input : input.detached()
    block.auxiliary =
      plan.modulates
      ? performance(decoupled.badPairs, auxiliaryInput, judge)
      : withoutGradient { performance(decoupled.badPairs, auxiliaryInput, judge) }
    guard plan.trainsDecoupling else { return }
    let good = performance(decoupled.goodPairs, input.detached(), judge.constant)
    block.good = BlockPerformance(detaching: good)
    block.goodGradients = gradients(of: [good.loss], withRespectTo: decoupled.good)
  }

  /// Eqs. 11, 12, 14 and 15.
  private func modulationLoss(_ blocks: [[BlockAssessment]], _ plan: StepPlan) -> Tensor {
    let alphas = alphas(blocks)
    let losses = plan.depths.map { depth in
      let originals = blocks.map { $0[depth].original }
      let auxiliaries = blocks.compactMap { $0[depth].auxiliary }
      let participation = AIMEquations.participation((originals + auxiliaries).map(\.score))
      guard configuration.originalBlocks else {
        return AIMEquations.depthLoss(
          participation.slice(originals.count..<participation.count), auxiliaries.map(\.loss))
      }
      return AIMEquations.depthLoss(participation, (originals + auxiliaries).map(\.loss))
    }
    return AIMEquations.modulationLoss(plan.depths.map { alphas[$0] }, losses) * plan.scale
  }

  /// α of every depth (Eq. 14) on the configured scale.
  private func alphas(_ blocks: [[BlockAssessment]]) -> [Tensor] {
    let depths = blocks[0].indices
    guard configuration.depthModulation else {
      return depths.map { blocks[0][$0].original.score.zerosLike() + 1 }
    }
    let alphas = depths.map { depth in
      AIMEquations.discrepancy(blocks.map { $0[depth].original.score })
    }
    return configuration.alphaScale == .normalised ? AIMEquations.normalised(alphas) : alphas
  }

  private func combined(_ task: Tensor, _ modulation: Tensor?) -> Tensor {
    guard let modulation else { return task }
    let weighted = modulation * configuration.lambda
    return configuration.taskLossWeight == 0
      ? weighted : task * configuration.taskLossWeight + weighted
  }

  /// Eq. 13: adds what L̃ says of θ^b to the gradients of θ.
  private func pullBack(
    _ gradients: inout [Tensor?], _ blocks: [[BlockAssessment]], into found: inout ModelGradients,
    _ plan: StepPlan, _ machinery: Machinery
  ) {
    guard !gradients.isEmpty else { return }
    for (modality, assessments) in blocks.enumerated() {
      for (depth, assessment) in assessments.enumerated() {
        guard let decoupled = assessment.decoupled else { continue }
        let count = decoupled.bad.count
        let additions = machinery.decouplings[modality][depth].pullBack(
          Array(gradients.prefix(count)), decoupled, retaining: plan.trainsDecoupling)
        gradients.removeFirst(count)
        for (parameter, gradient) in additions { found.add(gradient, to: parameter) }
      }
    }
  }

  /// Eq. 8 for every block that has the gradient of L_g.
  private func train(
    _ blocks: [[BlockAssessment]], _ machinery: Machinery, _ plan: StepPlan
  ) {
    guard plan.trainsDecoupling else { return }
    for (modality, assessments) in blocks.enumerated() {
      for (depth, assessment) in assessments.enumerated() {
        guard let decoupled = assessment.decoupled else { continue }
        machinery.decouplings[modality][depth].train(
          decoupled, goodGradients: assessment.goodGradients)
      }
    }
  }

  // MARK: State

  /// Prototypes, decoders, class means, classifiers, decoupling, their optimisers and the dropout
  /// stream; nothing before the first epoch.
  public var state: [(name: String, tensor: Tensor)] { machinery?.state ?? [] }

  /// Continues from a saved state.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    guard !saved.isEmpty else { return }
    let machinery = machineryToRestore()
    try machinery.restore(saved, device: setting.device)
    self.machinery = machinery
  }
}
