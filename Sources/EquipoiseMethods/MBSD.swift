// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Modality-balanced self-distillation, as BalanceBenchmark calls and defines it (MBSD): in each sample the more
/// confident modality teaches the other.
///
/// ```
/// p_s, p_w   the larger and the smaller probability of the true class
/// w   = [either is right] (p_s − p_w)                             constant
/// RS  = 1/K ‖sg ℓ_s − ℓ_w‖²
/// KL  = KL(sg P_s ‖ P_w)
/// L   = CE(ℓ, y) + w_u Σ_m CE(ℓ_m, y) + mean_i w (λ_RS RS + λ_KL KL)     pairTerms(_:_:_:of:)
/// ```
/// More than two modalities: the mean over pairs.
///
/// BalanceBenchmark's list points to Liu et al. (WSDM 2023), a paper on pre-training whose text could not be read; the loss
/// is the benchmark's, and this form corrects it: there nothing is constant, so that the strong modality is drawn to the
/// weak one, and its "KL" is p_w (log p_w − p_s), which is never positive and pushes the right class down
/// (``Configuration/asReleased``).
public final class MBSD: ObjectiveDefining, ParameterOwning, TelemetryReporting, ResourceStating {
  /// The settings of MBSD.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// w_u, the weight of each unimodal loss.
    public var weight = 1.0
    /// λ_RS, the weight of the difference of logits.
    public var logitWeight = 1.0
    /// λ_KL, the weight of the divergence of probabilities.
    public var divergenceWeight = 1.0
    /// Whether the terms are those of the benchmark's code.
    public var asReleased = false
    /// By what each modality answers.
    public var heads = HeadChoice.auto

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("weight", weight, .atLeast(0))
      try path.check("logitWeight", logitWeight, .atLeast(0))
      try path.check("divergenceWeight", divergenceWeight, .atLeast(0))
    }
  }

  /// `mbsd`
  public static let name = "mbsd"
  /// One line for lists.
  public static let summary = "in each sample the more confident modality teaches the other"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .stated(
        "each label is a decision of its own, whose confidence is the probability of what holds; the mean over labels"
      ),
      regression: .refused("a number has no confidence by which one modality would teach another")
    ),
    missing: .stated("two modalities teach each other on the samples that have both"))
  /// What BalanceBenchmark names as the source.
  public static let citation: Citation? = Citation(
    authors: "Liu et al.",
    title: "Multimodal Pre-Training with Self-Distillation for Product Understanding in E-Commerce",
    venue: "WSDM 2023")

  /// The mean weight, and the share of samples in which each modality is the surer.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  /// `nil` at the neutral setting.
  private let heads: UnimodalHeads?

  /// MBSD of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "MBSD")
    (self.configuration, self.setting) = (configuration, setting)
    let isNeutral =
      configuration.weight + configuration.logitWeight + configuration.divergenceWeight == 0
    heads = isNeutral ? nil : try UnimodalHeads(configuration.heads, of: Self.name, setting)
    try heads?.requireTraining(configuration.weight)
  }

  // MARK: Equations

  /// What two modalities are to each other, sample by sample; of several labels [B, K] in place of [B].
  struct Pair {
    /// w.
    let weight: Tensor
    /// RS.
    let logits: Tensor
    /// KL.
    let divergence: Tensor
    /// Whether the first is the surer.
    let isFirst: Tensor
  }

  /// The terms of a pair of modalities.
  ///
  /// - Parameters:
  ///   - first: logits of one, [B, K].
  ///   - second: of the other.
  ///   - labels: as a batch has them.
  ///   - task: classification or several labels.
  /// - Returns: w without gradient, the others with that of the one that learns.
  static func pair(
    _ first: Tensor, _ second: Tensor, _ labels: Tensor, of task: LearningTask
  ) -> Pair {
    let (a, b) = (truth(first, labels, task), truth(second, labels, task))
    let isFirst = a.p.greater(than: b.p)
    let right = (a.isRight + b.isRight).clamped(high: 1)
    let weight = ((a.p - b.p).magnitude() * right).detached()
    let difference = [
      logitDifference(first.detached(), second, task),
      logitDifference(first, second.detached(), task),
    ]
    let logs = [first, second].map { Distributions.logProbabilities($0, of: task) }
    let divergence = [
      overOutcomes(logs[0].detached(), logs[1]), overOutcomes(logs[1].detached(), logs[0]),
    ]
    return Pair(
      weight: weight, logits: difference[0].selected(where: isFirst, else: difference[1]),
      divergence: divergence[0].selected(where: isFirst, else: divergence[1]), isFirst: isFirst)
  }

  /// The same as the benchmark's code has it, with gradients through everything.
  static func releasedPair(
    _ first: Tensor, _ second: Tensor, _ labels: Tensor, of task: LearningTask
  ) -> Pair {
    let (a, b) = (truth(first, labels, task), truth(second, labels, task))
    let isFirst = a.p.greater(than: b.p)
    let strong = a.p.selected(where: isFirst, else: b.p)
    let weak = b.p.selected(where: isFirst, else: a.p)
    let right = (a.isRight + b.isRight).clamped(high: 1)
    return Pair(
      weight: (strong - weak) * right, logits: logitDifference(first, second, task),
      divergence: weak * (weak.log() - strong), isFirst: isFirst)
  }

  /// The probability of what holds, and 1 where it is what is said.
  private static func truth(
    _ outputs: Tensor, _ labels: Tensor, _ task: LearningTask
  ) -> (p: Tensor, isRight: Tensor) {
    guard task == .multilabel else {
      return (
        outputs.softmax(1).gatheringColumns(labels),
        outputs.argmax(1).equal(labels).to(outputs.dtype)
      )
    }
    let signs = labels.to(outputs.dtype) * 2 - 1
    let p = (outputs * signs).sigmoid()
    return (p, p.detached().greater(than: 0.5).to(outputs.dtype))
  }

  private static func logitDifference(
    _ a: Tensor, _ b: Tensor, _ task: LearningTask
  ) -> Tensor {
    let squares = (a - b).power(2)
    return task == .multilabel ? squares : squares.mean(over: [1])
  }

  /// KL from logarithms, over the outcomes of one decision.
  private static func overOutcomes(_ p: Tensor, _ q: Tensor) -> Tensor {
    (p.exp() * (p - q)).sum(over: [p.rank - 1])
  }

  // MARK: Hooks

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let batch = context.batch
    let outputs = heads?.outputs(forward.features.map { $0.inFullPrecision() }) ?? []
    let fused = setting.fusedLoss(forward, context, and: outputs, weight: configuration.weight)
    telemetry = []
    guard configuration.logitWeight + configuration.divergenceWeight > 0 else { return fused }
    var (terms, shares): ([Tensor], [(Int, Tensor)]) = ([], [])
    for first in outputs.indices {
      for second in outputs.indices.dropFirst(first + 1) {
        let common = RowPresence.common(batch.present[first], batch.present[second])
        guard common.hasRows else { continue }
        let pair = (configuration.asReleased ? Self.releasedPair : Self.pair)(
          common.rows(of: outputs[first]), common.rows(of: outputs[second]),
          common.rows(of: batch.labels), setting.objective.task)
        let taught =
          pair.logits * configuration.logitWeight + pair.divergence * configuration.divergenceWeight
        terms.append((pair.weight * taught).mean())
        let share = pair.isFirst.to(.float32).mean()
        shares += [(first, share), (second, 1 - share)]
        telemetry.append(
          (.telemetry("weight", modality: names(first, second)), pair.weight.detached().mean()))
      }
    }
    for (modality, name) in setting.model.modalities.enumerated() {
      let own = shares.filter { $0.0 == modality }.map(\.1)
      guard !own.isEmpty else { continue }
      telemetry.append(
        (.telemetry("surer", modality: name), Tensor.sum(of: own) / Double(own.count)))
    }
    return terms.isEmpty ? fused : fused + Tensor.sum(of: terms) / Double(terms.count)
  }

  private func names(_ first: Int, _ second: Int) -> String {
    setting.model.modalities[first] + "+" + setting.model.modalities[second]
  }

  /// Joint training, and the heads there and back.
  public var resources: MethodResources { .joint(of: setting, with: heads) }
}
