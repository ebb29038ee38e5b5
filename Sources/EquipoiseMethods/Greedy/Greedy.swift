// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
import Foundation
public import EquipoiseTorch

/// Balancing greedy learners: where one branch learns faster from the others than the rest do, its
/// gate is fixed for some steps, so that it must learn from its own input.
///
/// Wu, Jastrzębski, Cho, Geras, "Characterizing and Overcoming the Greedy Nature of Learning in
/// Multi-modal Deep Neural Networks", ICML 2022.
///
/// | equation | function |
/// |---|---|
/// | μ(S) = Σ ‖∂L/∂θ‖² / Σ ‖θ‖² over S | `speed(_:_:)` |
/// | BDR_m = log10(Σ μ(bypass_m) / Σ μ(main_m)) | `conditionalSpeed(bypass:main:)` |
/// | c = argmax BDR where max − min > ε | `caring(_:threshold:)` |
/// | ḡ ← (⟨g⟩ + n ḡ) / (n + 1) | `runningMean(_:_:count:)` |
///
/// The model is coupled by ``MMTM``, and each branch has its own classifier (fusion `sum`). The loss
/// is Σ_m CE(ℓ_m, y), the prediction the mean of ℓ_m. main_m is encoder m with its classifier,
/// bypass_m the gates' layers of m with the squeezes that all share. A curated step uses ḡ_c in
/// place of branch c's live gates; after `duration` of them one regular step follows.
///
/// Choices:
/// - Branch m's running gates are means of its own gates, taken in regular steps alone; the released
///   code feeds one modality's with the other's, and moves them in evaluation too.
/// - Two modalities and more: the paper has two, where the rule is that of the sign of
///   BDR_0 − BDR_1.
/// - `random` is the paper's control: each step is regular or curates a branch, all as likely.
public final class Greedy: StepDefining, InferenceFusing, StateKeeping {
  /// How the branch to curate is found.
  public enum Selection: String, ConfigurationChoice {
    /// By conditional learning speed.
    case guided
    /// By chance.
    case random
  }

  /// The settings.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// How the branch to curate is found.
    public var selection = Selection.guided
    /// ε: the difference of conditional learning speeds from which on a branch is curated.
    public var threshold = 0.01
    /// Q: the steps of a curation; `guided` only.
    public var duration = 5
    /// Epochs at the start that only measure.
    public var warmupEpochs = 1

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("threshold", threshold, .atLeast(0))
      try path.check("duration", duration, .atLeast(1))
      try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
    }
  }

  /// `greedy`
  public static let name = "greedy"
  /// One line for lists.
  public static let summary = "coupled branches; the one that leans on the others loses its gates"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, fusion: .sum, coupling: .mmtm, equalDepths: true, tasks: .lossOnly,
    missing: .stated(
      "a branch's loss is the mean over the samples that have its modality, and the prediction of those that a sample has; "
        + "running gates are means over samples that have all, and a squeeze of a missing modality is 0"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wu, Jastrzębski, Cho, Geras",
    title: "Characterizing and Overcoming the Greedy Nature of Learning in Multi-modal Deep Neural "
      + "Networks", venue: "ICML 2022")

  private let configuration: Configuration
  private let seed: UInt64
  private let objective: Objective
  private let groups: GreedyGroups
  private(set) var progress: GreedyProgress

  /// Balancing of a coupled model with a classifier for each modality.
  ///
  /// - Parameters:
  ///   - configuration: the settings.
  ///   - setting: what it will train.
  /// - Throws: ``EquipoiseError`` for a model without coupling or without such classifiers.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let model = setting.model
    guard model.isCoupled, model.fusion is SumFusion else {
      throw EquipoiseError(
        .configuration,
        model.isCoupled
          ? "Greedy trains a classifier for each modality, which the model's fusion "
            + "(\(model.fusion.summary)) does not have"
          : "Greedy cuts the gates of MMTM modules between two encoders or more, which the model "
            + "does not have",
        at: model.isCoupled ? "model.fusion" : "model.coupling",
        fix: "set model.coupling=mmtm and model.fusion=sum")
    }
    self.configuration = configuration
    (seed, objective) = (setting.seed, setting.objective)
    groups = GreedyGroups(model)
    progress = GreedyProgress(modalities: model.modalities)
  }
}

// MARK: Equations

extension Greedy {
  /// μ(S) of gradients and parameters, a scalar; a missing gradient counts as 0.
  static func speed(_ gradients: [Tensor?], _ parameters: [Tensor]) -> Tensor {
    let change = GradientClipping.norm(of: gradients).power(2)
    return change / GradientClipping.norm(of: parameters).power(2)
  }

  /// BDR: the decimal logarithm of how fast a branch has learned through its gates, relative to how
  /// fast by itself.
  static func conditionalSpeed(bypass: Double, main: Double) -> Double {
    log10((bypass + 1e-12) / (main + 1e-12))
  }

  /// The branch to curate: the one of the largest speed, where the speeds differ by more than the
  /// threshold.
  static func caring(_ speeds: [Double], threshold: Double) -> Int? {
    guard let high = speeds.max(), let low = speeds.min(), high - low > threshold else {
      return nil
    }
    return speeds.firstIndex(of: high)
  }

  /// The mean of `count` + 1 values, of which `old` is the mean of all but the last.
  static func runningMean(_ old: Tensor?, _ last: Tensor, count: Int) -> Tensor {
    guard let old else { return last }
    return (last + old * Double(count)) / Double(count + 1)
  }
}

// MARK: Hooks

extension Greedy {
  /// One regular or curated step.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let caring = progress.caring
    let (features, means) = features(context, caring, engine)
    let logits = Self.logits(of: features, engine.model)
    let losses = objective.losses(logits, in: context.batch)
    let loss = Tensor.sum(of: losses.map(\.loss))
    let gradients = try engine.gradients(of: loss)
    if caring == nil { progress.record(means, groups.speeds(gradients)) }
    try engine.apply(gradients)
    plan(after: context)
    var report = StepReport(loss: loss, logits: OverPresent.mean(logits, context.batch.present))
    report.telemetry =
      [(.telemetry("curated"), Tensor(caring == nil ? 0 : 1 as Float))]
      + zip(engine.model.modalities, progress.conditionalSpeeds).map {
        (.telemetry("conditionalSpeed", modality: $0), Tensor(Float($1)))
      }
    return report
  }

  /// The features of a step, and the means of the live gates where none is fixed.
  private func features(
    _ context: StepContext, _ caring: Int?, _ engine: any StepEngine
  ) -> ([Tensor], means: [String: Tensor]) {
    let model = engine.model
    var means: [String: Tensor] = [:]
    let (batch, complete) = (context.batch, context.batch.complete)
    let forward = engine.inRunPrecision {
      model.forward(batch.ragged, context.mode) { depth, gates in
        if let caring { return fixed(gates, caring, depth) }
        for (name, gate) in zip(model.modalities, gates) where complete.hasRows {
          means["\(depth).\(name)"] = complete.rows(
            of: batch.share.gathered(gate.detached().inFullPrecision())
          ).mean(over: [0])
        }
        return gates
      }
    }
    return (forward.features, means)
  }

  /// The mean of the logits of the branches whose modalities a sample has.
  public func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor {
    OverPresent.mean(Self.logits(of: features, model), present)
  }

  private static func logits(of features: [Tensor], _ model: MultimodalModel) -> [Tensor] {
    features.indices.compactMap {
      model.fusion.ownLogits($0, of: features[$0].inFullPrecision())
    }
  }

  /// The gates with those of the caring branch at their running mean, the same for every sample.
  private func fixed(_ gates: [Tensor], _ caring: Int, _ depth: Int) -> [Tensor] {
    gates.enumerated().map { index, gate in
      guard index == caring, let mean = progress.runningGate(depth, index) else { return gate }
      return mean.to(gate.dtype).unsqueezed(0).expanded(gate.shape)
    }
  }

  /// Decides what the next step is.
  private func plan(after context: StepContext) {
    guard context.epoch >= configuration.warmupEpochs else { return }
    if configuration.selection == .random {
      var stream = RandomStream(seed: seed, "greedy", "step \(context.globalStep)")
      let choice = stream.integer(below: progress.modalities.count + 1)
      progress.caring = choice == 0 ? nil : choice - 1
    } else if progress.caring == nil {
      progress.caring = Self.caring(
        progress.conditionalSpeeds, threshold: configuration.threshold)
      progress.curatedSteps = 0
    } else {
      progress.curatedSteps += 1
      if progress.curatedSteps == configuration.duration { progress.caring = nil }
    }
  }

  /// Running gates, sums of speeds, and where the curation stands.
  public var state: [NamedTensor] { progress.state }

  /// Continues from a saved state.
  public func restore(_ state: [String: Tensor]) throws {
    progress = try GreedyProgress(SavedState(state), like: progress, on: groups.device)
  }
}
