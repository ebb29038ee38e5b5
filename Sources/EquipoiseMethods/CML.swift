// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Calibrating multimodal learning (Ma, Zhang et al., ICML 2023): a prediction must not become surer when a modality is
/// taken away.
///
/// ```
/// chain: all modalities, then one less at a time in a random order of each sample, down to one   RemovalChains
/// conf_i(S) = max_k softmax(ℓ_S)_i,k                                                confidence(_:of:)
/// L = 1/M Σ_S CE(ℓ_S, y) + λ Σ_{T next after S} Σ_i relu(conf_i(T) − conf_i(S))        hinges(…)
/// ```
/// ℓ_S are the fused head's logits with the features outside S at zero. A pair counts unless the smaller set is right and
/// the larger wrong (the released `cpm` program); ``Configuration/countsAll`` counts all.
///
/// Choices:
/// - The hinges of a batch are summed as published, so that λ grows with the batch; ``Configuration/mean`` takes their
///   mean, for which 0.1 × the batch size is the same.
/// - The released programs replace raw inputs by their means; zero features need no further pass of the encoders.
/// - BalanceBenchmark takes the hinge of the batch's sum, in which differences cancel, and one order for each epoch.
public final class CML: ObjectiveDefining, TelemetryReporting, ResourceStating {
  /// The settings of CML.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// λ, the weight of the hinges.
    public var lambda = 0.1
    /// Whether the sets of fewer modalities have losses of their own.
    public var subsets = true
    /// Whether a pair counts whose smaller set is right and whose larger is wrong.
    public var countsAll = false
    /// Whether hinges are averaged over the batch, in place of summed.
    public var mean = false

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws { try path.check("lambda", lambda, .atLeast(0)) }
  }

  /// `cml`
  public static let name = "cml"
  /// One line for lists.
  public static let summary = "no prediction may become surer when a modality is taken away"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, fusions: ["concat", "sum", "cosine", "shared", "boosted"],
    tasks: TaskRules(
      multilabel: .stated(
        "confidence is the mean of max(σ, 1 − σ) over labels; a set is more right by the balanced share of right labels"
      ),
      regression: .refused("a number has no confidence")),
    missing: .stated("the chain of a sample is over the modalities that it has"))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Ma, Zhang et al.", title: "Calibrating Multimodal Learning", venue: "ICML 2023")

  /// The share of pairs in which the smaller set is surer.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream

  /// CML of a model of two modalities or more whose fused logits are a sum of parts.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "CML")
    try setting.requireParts(
      "CML trains the fused head with features at zero, through which FiLM and gated fusion train nothing while biases are zero"
    )
    (self.configuration, self.setting) = (configuration, setting)
    stream = MethodStream(Self.name, setting)
  }

  // MARK: Equations

  /// How sure answers are, [B].
  public static func confidence(_ outputs: Tensor, of task: LearningTask) -> Tensor {
    task == .multilabel
      ? ((outputs.sigmoid() - 0.5).magnitude() + 0.5).mean(over: [1])
      : outputs.softmax(1).maximum(over: [1])
  }

  /// relu(conf(T) − conf(S)) of each sample, [B]; 0 where the pair does not count.
  ///
  /// - Parameters:
  ///   - smaller: logits of T, [B, K].
  ///   - larger: of S.
  ///   - labels: as a batch has them.
  ///   - task: the task.
  ///   - countsAll: whether a pair counts in which T is more right than S.
  /// - Returns: the hinges, with gradients to both.
  public static func hinges(
    _ smaller: Tensor, _ larger: Tensor, _ labels: Tensor, of task: LearningTask, countsAll: Bool
  ) -> Tensor {
    let hinge = (confidence(smaller, of: task) - confidence(larger, of: task)).relu()
    guard !countsAll else { return hinge }
    let isBetter = rightness(smaller, labels, task).greater(than: rightness(larger, labels, task))
    return hinge.zerosLike().selected(where: isBetter, else: hinge)
  }

  /// 1 where a sample is right, of several labels the balanced share of right ones; [B].
  private static func rightness(
    _ outputs: Tensor, _ labels: Tensor, _ task: LearningTask
  ) -> Tensor {
    withoutGradient {
      guard task == .multilabel else { return outputs.argmax(1).equal(labels).to(outputs.dtype) }
      // A logit far beyond 0 makes a certain σ of a decision.
      return Objective.rightness((outputs.greater(than: 0).to(outputs.dtype) - 0.5) * 1e3, labels)
    }
  }

  // MARK: Hook

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let (batch, objective) = (context.batch, setting.objective)
    let logits = forward.logits.inFullPrecision()
    let fused = objective.loss(logits, batch.labels)
    telemetry = []
    guard configuration.subsets || configuration.lambda > 0 else { return fused }
    let chains = RemovalChains(
      batch.present, samples: batch.count, from: stream.numbers(context), device: logits.device)
    let features = forward.features.map { $0.inFullPrecision() }
    var larger = logits
    var (losses, hinges): ([(loss: Tensor, samples: Int)], [Tensor]) = ([(fused, batch.count)], [])
    for link in chains.links {
      let smaller = setting.model.fusion.logits(
        zip(features, link.masks).map { $0 * $1.to($0.dtype) })
      let (own, before) = (link.rows.rows(of: smaller), link.rows.rows(of: larger))
      let labels = link.rows.rows(of: batch.labels)
      if configuration.subsets { losses.append((objective.loss(own, labels), own.size(0))) }
      hinges.append(
        Self.hinges(own, before, labels, of: objective.task, countsAll: configuration.countsAll))
      larger = smaller
    }
    let total = Double(losses.reduce(0) { $0 + $1.samples })
    let mean = Tensor.sum(of: losses.map { $0.loss * (Double($0.samples) / total) })
    guard !hinges.isEmpty else { return mean }
    let all = Tensor.concatenated(hinges, dimension: 0)
    telemetry = [(.telemetry("violations"), all.detached().greater(than: 0).to(.float32).mean())]
    guard configuration.lambda > 0 else { return mean }
    let scale =
      configuration.mean ? configuration.lambda / Double(batch.count) : configuration.lambda
    return mean + all.sum() * scale
  }

  /// Joint training, and the fused head there and back for each smaller set of a chain.
  public var resources: MethodResources {
    let links =
      configuration.subsets || configuration.lambda > 0 ? setting.model.modalities.count - 1 : 0
    return .joint(of: setting, with: nil, fusedPasses: 3 * links)
  }
}

/// Which modalities each sample keeps while one after the other is taken away.
struct RemovalChains {
  /// The sets after so many removals.
  struct Link {
    /// For each modality 1 where a sample keeps it, else 0; [B, 1].
    let masks: [Tensor]
    /// The samples that have a modality left; nil for all.
    let rows: RowPresence?
  }

  /// From one removal to all but one.
  let links: [Link]

  /// Chains in orders drawn for each sample.
  ///
  /// - Parameters:
  ///   - present: for each modality the samples that have it.
  ///   - samples: B.
  ///   - numbers: the stream of the orders.
  ///   - device: where the batch is.
  init(
    _ present: [RowPresence?], samples: Int, from numbers: RandomStream, device: Device
  ) {
    var numbers = numbers
    let sets = RowPresence.sets(present, of: samples)
    let orders = sets.map { set in
      numbers.permutation(of: present.count).filter { set & (1 << $0) != 0 }
    }
    links = (1..<max(1, present.count)).compactMap { removed in
      let has = orders.map { $0.count > removed }
      guard has.contains(true) else { return nil }
      let kept = orders.map { Set($0.dropFirst(removed)) }
      let masks = present.indices.map { modality in
        Tensor(kept.map { $0.contains(modality) ? 1 : 0 as Float }, shape: [samples, 1]).sent(
          to: device)
      }
      return Link(
        masks: masks, rows: has.allSatisfy(\.self) ? nil : RowPresence(has, device: device))
    }
  }
}
