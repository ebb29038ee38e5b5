// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseModels
internal import EquipoiseKit
public import EquipoiseTorch

/// AIM: Adaptive Intra-Network Modulation (Shen, Chen, Zhang).
///
/// | equation | function |
/// |---|---|
/// | Eq. 1, Eq. 2 | the network's own forward pass and loss |
/// | Eq. 3, Eq. 4, Eq. 5, Eq. 6 | `DepthAdaptivePrototypes`, `AIMParts.pass` |
/// | Eq. 7, Eq. 8, Eq. 13 | `BlockDecoupling` |
/// | Eq. 9, Eq. 10 | `BlockPerformance`, a `BlockMeasure` of a `BlockJudge`'s logits |
/// | Eq. 11, Eq. 12, Eq. 14, Eq. 15, Eq. 16 | `AIMEquations` |
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
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, coupling: .uncoupled, equalDepths: true,
    tasks: TaskRules(
      multilabel: .stated(
        "prototypes of the samples with and without each label, or with each label and of all; "
          + "a sample's labels weigh as much as the others"),
      regression: .stated("prototypes of rank bins of each target; a sample belongs to its bin")),
    missing: .stated(
      "a modality's losses and means are of the samples that have it; s is compared on those that have all that are modulated"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "S. Shen, C. L. P. Chen, T. Zhang",
    title: "AIM: Adaptive Intra-Network Modulation for Balanced Multimodal Learning",
    venue: "2025")

  let configuration: AIMConfiguration
  let seed: UInt64
  let setting: MethodSetting
  let groups: any PrototypeGroups
  var parts: AIMParts?

  /// AIM for a model that it fits.
  ///
  /// - Throws: `EquipoiseError` for one modality or class, coupled encoders or unequal depths, a class
  ///   without samples, a label of none or all, settings of another task, an E after the last epoch, or a
  ///   decoupling that does not fit in memory.
  public init(_ configuration: AIMConfiguration, for setting: MethodSetting) throws {
    (self.configuration, self.setting, seed) = (configuration, setting, setting.seed)
    groups = try Self.groups(configuration, setting)
    try checkModel()
    try checkTask()
    try checkSettings()
    try checkMemory()
  }

  /// Makes prototypes and decoupling before the first epoch, when the training data can be read.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    if epoch == 0 { parts = try begin(with: engine) }
    parts?.groupScores?.reset()
  }

  // MARK: A step

  /// One step of Algorithm 1: the prototypes' own step, one pass over batch and prototypes, auxiliary
  /// and good blocks depth by depth, one backward pass, and the optimisers' steps.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    guard let parts else { preconditionFailure("a step of AIM before its first epoch") }
    let plan = StepPlan(configuration, context, depths: parts.blocks[0].count, seed: seed)
    parts.beginStep(WorkerStreams.dropout("aim dropout", context, seed: seed, setting.device))
    let prototypeLoss =
      plan.trainsPrototypes ? parts.prototypes?.train(engine.model, with: engine) : nil
    let forward = try forward(context, with: engine, parts)
    let task = taskLoss(forward, context, engine, plan)
    var modulation = ModulationStep(configuration, plan, forward, parts, engine)
    let modulationLoss = try modulation.run()
    let loss = plan.modulates ? combined(task, modulationLoss) : task
    try engine.apply(modulation.gradients(of: loss))
    let classifierLoss = try parts.classifiers?.train(
      forward.outputs, of: forward.modalities, steps: forward.steps, by: forward.measures,
      with: engine)
    if let scores = modulation.groupScores {
      let rows = engine.model.modalities.indices.map(forward.modalities.scored)
      parts.groupScores?.add(scores, weights: setting.lacksModalities ? rows : nil)
    }

    var report = StepReport(loss: loss, logits: forward.logits)
    report.telemetry = modulation.telemetry(modalities: engine.model.modalities)
    if setting.lacksModalities { report.weights = modulation.weights(engine.model.modalities) }
    report.telemetry.append((.telemetry("taskLoss"), task.detached()))
    if plan.modulates {
      report.telemetry.append((.telemetry("modulationLoss"), modulationLoss.detached()))
    }
    if let judge = prototypeLoss ?? classifierLoss {
      report.telemetry.append((.telemetry("judgeLoss"), judge))
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
    return setting.objective.loss(logits.inFullPrecision(), context.batch.labels)
  }

  private func combined(_ task: Tensor, _ modulation: Tensor) -> Tensor {
    let weighted = modulation * configuration.lambda
    return configuration.taskLossWeight == 0
      ? weighted : task * configuration.taskLossWeight + weighted
  }

  // MARK: State

  /// Prototypes, decoders, the groups' means and bins, classifiers, decoupling, their optimisers and the
  /// dropout stream; nothing before the first epoch.
  public var state: [NamedTensor] { parts.map { $0.state + groups.state } ?? [] }

  /// Continues from a saved state.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    guard !saved.isEmpty else { return }
    let parts = partsToRestore()
    try groups.restore(saved)
    try parts.restore(saved, device: setting.device)
    self.parts = parts
  }
}
