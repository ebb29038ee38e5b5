// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Adaptive unimodal regulation (Huang, Wei, Yang, Hu, CVPR 2025): early in training the leading modality takes in
/// information fast and shuts the others out; while its window is open it is held near where the epoch began.
///
/// ```
/// L   = CE(ℓ, y) + w Σ_m CE(ℓ_m, y)                                   loss(for:in:)
/// G_m = s_m − mean_{j≠m} s_j                                          gaps(_:)
/// β_m = β exp(|tanh G_m|) where G_m > 0, else 0                        strengths(_:beta:)
/// g   ← g + β_m (θ − θ⁰)       encoder m;  θ⁰: at the epoch's start    modulate(_:given:in:)
/// Tr  = Σ over tensors of the mean entry of Σ_batches g²              InformationTrace
/// k_e = (T̄_e − T̄_{e−1}) / T̄_e,  T̄: mean of ten;  open while k > 0.05
/// ```
/// Scores are sums over the batch, so that tanh is near 1 for any clear lead and β a switch; `reduction: mean` makes it
/// gradual. The list of traces starts with ten zeros: with a constant trace k is 1, 1/2, … 1/10 and then 0, so that the
/// window is about the first ten epochs. `criterion: epochs` says that outright.
///
/// Choices:
/// - One β for whichever modality leads; the released code has 0.95 for audio and 0.1 for pictures (``Configuration/betas``).
/// - The trace is that of gradients before the pull, one for each modality, of which the leader's own decides; the
///   released code takes them after it, and audio's decides for both.
/// - The released code stops at its first step, as it asks heads without gradients for theirs.
/// - More than two modalities: every one above the mean of the others leads, each by its own gap.
/// - learning rate × β has to stay well below 1.
public final class InfoReg: ObjectiveDefining, GradientModulating, EpochAdapting, ParameterOwning,
  StateKeeping, TelemetryReporting, ResourceStating
{
  /// What closes a modality's window.
  public enum Criterion: String, ConfigurationChoice {
    /// How much its trace still grows.
    case trace
    /// The epoch.
    case epochs
  }

  /// How samples' scores become one.
  public enum Reduction: String, ConfigurationChoice {
    /// Their sum.
    case sum
    /// Their mean.
    case mean
  }

  /// The settings of InfoReg.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// w, the weight of each unimodal loss.
    public var weight = 1.0
    /// β of whichever modality leads; 0 never pulls.
    public var beta = 0.95
    /// β of each modality, in the model's order; empty takes `beta` for all. The released code's are 0.95 for audio, 0.1.
    public var betas: [Double] = []
    /// How samples' scores become one.
    public var reduction = Reduction.sum
    /// What closes the window.
    public var criterion = Criterion.trace
    /// The growth of the trace above which the window is open.
    public var threshold = 0.05
    /// The epochs of the window; `criterion: epochs` only.
    public var window = EpochWindow(first: 0, last: 10)
    /// By what each modality is trained and compared.
    public var heads = HeadChoice.auto

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("weight", weight, .atLeast(0))
      try path.check("beta", beta, .atLeast(0))
      let found = ConfigValue.sequence(betas.map(ConfigValue.double))
      try path.check(
        "betas", betas.allSatisfy { $0 >= 0 }, found: found, expected: "numbers of at least 0")
      try path.check("threshold", threshold, .within(0...1))
      try window.check(at: path.appending("window"))
    }
  }

  /// `inforeg`
  public static let name = "inforeg"
  /// One line for lists.
  public static let summary =
    "holds the leading encoder near its epoch's start while it learns fast"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: TaskRules.byScore.multilabel,
      regression: .stated("G is of log s_m, s_m = 1 / MSE_m, as a difference of those has a unit")),
    missing: .comparedOnCommonSamples)
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Huang, Wei, Yang, Hu",
    title: "Adaptive Unimodal Regulation for Balanced Multimodal Information Acquisition",
    venue: "CVPR 2025")

  /// G and β of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  /// `nil` at the neutral setting.
  private let heads: UnimodalHeads?
  private let encoders: [ModelPart]
  private let betas: [Double]
  /// θ⁰ by name; empty where nothing is pulled.
  private var start: [String: Tensor] = [:]
  private var trace: InformationTrace

  /// InfoReg of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "InfoReg")
    let names = setting.model.modalities
    guard configuration.betas.isEmpty || configuration.betas.count == names.count else {
      throw EquipoiseError(
        .configuration,
        "\(configuration.betas.count) strengths for the modalities \(names.joined(separator: ", "))",
        at: "method.betas", fix: "give one each, or none")
    }
    (self.configuration, self.setting) = (configuration, setting)
    betas =
      configuration.betas.isEmpty ? names.map { _ in configuration.beta } : configuration.betas
    let pulls = betas.contains { $0 > 0 }
    heads =
      pulls || configuration.weight > 0
      ? try UnimodalHeads(configuration.heads, of: Self.name, setting) : nil
    if pulls { try heads?.requireTraining(configuration.weight) }
    encoders = setting.model.parts.filter { $0.modality != nil }
    trace = InformationTrace(modalities: names.count, device: setting.device)
    if pulls { start = current() }
  }

  /// θ of all encoders, copied.
  private func current() -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: encoders.flatMap(\.parameters).map {
        ($0.name, $0.parameter.leaf.detached().cloned())
      })
  }

  // MARK: Equations

  /// G of each modality, [M].
  ///
  /// - Parameter scores: s, [M].
  /// - Returns: above 0 where a modality leads the mean of the others.
  public static func gaps(_ scores: Tensor) -> Tensor {
    scores - (scores.sum() - scores) / Double(scores.count - 1)
  }

  /// β of each modality that leads, 0 of the others.
  ///
  /// - Parameters:
  ///   - gaps: G, [M].
  ///   - beta: the setting, [M].
  /// - Returns: [M], up to e times the setting.
  public static func strengths(_ gaps: Tensor, beta: Tensor) -> Tensor {
    (beta * gaps.tanh().magnitude().exp())
      .selected(where: gaps.greater(than: 0), else: gaps.zerosLike())
  }

  private func gaps(_ features: [Tensor], _ batch: Batch, _ heads: UnimodalHeads) -> Tensor {
    withoutGradient {
      let outputs = heads.outputs(features.map { $0.inFullPrecision() })
      guard batch.isPartial else {
        return Self.gaps(
          Tensor.stacked(outputs.map { score($0, batch.labels) }))
      }
      return Tensor.stacked(
        outputs.indices.map { modality in
          let gaps = outputs.indices.filter { $0 != modality }.map { other in
            let common = RowPresence.common(batch.present[modality], batch.present[other])
            guard common.hasRows else { return outputs[0].sum().zerosLike() }
            let labels = common.rows(of: batch.labels)
            return score(common.rows(of: outputs[modality]), labels)
              - score(common.rows(of: outputs[other]), labels)
          }
          return Tensor.sum(of: gaps) / Double(gaps.count)
        })
    }
  }

  private func score(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
    let score = setting.objective.score(outputs, labels)
    guard setting.objective.task != .regression else { return score.log() }
    return configuration.reduction == .mean ? score / Double(outputs.size(0)) : score
  }

  // MARK: Hooks

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    setting.fusedLoss(forward, context, and: heads, weight: configuration.weight)
  }

  /// Keeps where the encoders are, and closes the trace of the epoch before.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    guard !start.isEmpty else { return }
    start = current()
    if epoch > 0 { trace.closeEpoch() }
  }

  private func isOpen(_ modality: Int, _ epoch: Int) -> Bool {
    switch configuration.criterion {
    case .trace: trace.growth(modality, epoch: epoch) > configuration.threshold
    case .epochs: configuration.window.contains(epoch)
    }
  }

  /// Adds to the traces, and pulls the leaders whose window is open.
  public func modulate(
    _ gradients: inout ModelGradients, given forward: Forward, in context: StepContext
  ) throws {
    telemetry = []
    guard !start.isEmpty, let heads else { return }
    trace.add(gradients)
    let gaps = gaps(forward.features, context.batch, heads)
    let open = encoders.indices.map { isOpen($0, context.epoch) ? betas[$0] : 0 }
    let strengths = Self.strengths(
      gaps, beta: Tensor(open).to(gaps.dtype).sent(to: gaps.device))
    withoutGradient {
      for (modality, strength) in strengths.unbound().enumerated() where open[modality] > 0 {
        let now = Dictionary(
          uniqueKeysWithValues: encoders[modality].parameters.map { ($0.name, $0.parameter) })
        gradients.mapEncoder(modality) { name, gradient in
          guard let parameter = now[name], let start = start[name] else { return gradient }
          return gradient
            + (parameter.leaf.detached() - start).to(gradient.dtype) * strength.to(gradient.dtype)
        }
      }
    }
    telemetry = setting.telemetry("gap", gaps) + setting.telemetry("strength", strengths)
  }

  /// Joint training, the heads there and back and once more for G; θ⁰; for each parameter and step a difference and its
  /// square.
  public var resources: MethodResources {
    guard !start.isEmpty else { return .joint(of: setting, with: heads) }
    let numbers = encoders.flatMap(\.parameters).reduce(0) { $0 + $1.parameter.leaf.count }
    return .joint(
      of: setting, with: heads, passes: configuration.weight > 0 ? 4 : 1,
      memory: start.values.reduce(0) { $0 + $1.byteCount },
      multiplyAdds: 2 * numbers / setting.batchSize)
  }

  // MARK: State

  /// θ⁰ and the traces.
  public var state: [NamedTensor] {
    guard !start.isEmpty else { return [] }
    return encoders.flatMap(\.parameters).compactMap { name, _ in
      start[name].map { ("start.\(name)", $0) }
    } + trace.state
  }

  /// Continues from a saved epoch.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    for (name, tensor) in start {
      start[name] = try saved.tensor("start.\(name)", like: tensor)
    }
    if !start.isEmpty { try trace.restore(saved) }
  }
}
