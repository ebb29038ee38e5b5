// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
import Foundation
public import EquipoiseTorch

/// Learning the modality gap dynamically (Yang et al., NeurIPS 2024): classification fits modalities at different speeds,
/// aligning them does not, so the two losses are mixed, alignment first.
///
/// ```
/// L  = 2 (α_0 CE(1/M Σ_m ℓ_m, y) + α_1 D),  α_0 = 1 − α_1                     loss(for:in:)
/// D  = ½ (KL(m ‖ p) + KL(m ‖ q)),  m = ½ (p + q);  mean over pairs               divergence(_:_:_:of:)
/// α_0(e) = a polynomial of degree five in the epoch, clamped to [0, 1]            classificationWeight(at:of:)
/// ```
/// D is the released code's: the Jensen–Shannon divergence with its arguments exchanged, which has no bound (`js` is that
/// one). There is nothing contrastive in it. The polynomial is the released one, fitted to weights that were learned over
/// 200 epochs, stretched over the run's; in epochs 177 to 188 of 200 it is above 1, which would reward disagreement.
///
/// Where the fusion has no parts, modalities answer through heads of the method's own, and the cross-entropy is of the
/// fused logits. Inference fuses as the loss does, by the mean of the parts.
///
/// The released learner of α_1 is not the derivative of any loss with respect to it, and is left out.
public final class LFM: ObjectiveDefining, InferenceFusing, ParameterOwning, TelemetryReporting,
  ResourceStating
{
  /// Which divergence.
  public enum Divergence: String, ConfigurationChoice {
    /// ½ (KL(m ‖ p) + KL(m ‖ q)).
    case released
    /// ½ (KL(p ‖ m) + KL(q ‖ m)), the Jensen–Shannon divergence.
    case js
  }

  /// Where the weights come from.
  public enum Schedule: String, ConfigurationChoice {
    /// The released polynomial.
    case fitted
    /// `alignment`, in all epochs.
    case fixed
  }

  /// The settings of LFM.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// Where the weights come from.
    public var schedule = Schedule.fitted
    /// α_1, the weight of the divergence; `schedule: fixed` only.
    public var alignment = 0.5
    /// The factor of the whole loss; the released one is 2.
    public var factor = 2.0
    /// Whether the mean of the modalities' parts is classified, in place of the fused logits.
    public var average = true
    /// Which divergence.
    public var divergence = Divergence.released
    /// By what each modality answers.
    public var heads = HeadChoice.auto

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("alignment", alignment, .within(0...1))
      try path.check("factor", factor, .above(0))
    }
  }

  /// `lfm`
  public static let name = "lfm"
  /// One line for lists.
  public static let summary = "aligns what modalities say first, and classifies more and more"
  /// What it asks of the model.
  public static let needs = ModelNeeds.severalModalities.with(
    TaskRules(
      multilabel: .stated("the divergence is the mean over labels"),
      regression: .stated(
        "the squared difference of predictions in place of the divergence; schedule: fitted is of cross-entropy, so that fixed fits better"
      )),
    missing: .stated(
      "the divergence of two modalities is over the samples that have both; a sample's mean is of those it has"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Yang et al.",
    title: "Facilitating Multimodal Classification via Dynamically Learning Modality Gap",
    venue: "NeurIPS 2024")

  /// α_1 and D of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  /// `nil` at the neutral setting.
  private let heads: UnimodalHeads?
  /// Whether the mean of the modalities' parts is classified.
  private let averages: Bool

  /// LFM of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "LFM")
    (self.configuration, self.setting) = (configuration, setting)
    let aligns = configuration.schedule == .fitted || configuration.alignment > 0
    heads =
      aligns || configuration.average
      ? try UnimodalHeads(configuration.heads, of: Self.name, setting) : nil
    // Heads of the method's own are not the model's answer.
    averages = configuration.average && heads?.own == nil
  }

  // MARK: Equations

  /// α_0 of the released polynomial.
  ///
  /// - Parameters:
  ///   - epoch: e.
  ///   - epochs: of the run, over which the polynomial's 200 are stretched.
  /// - Returns: from 0 to 1.
  public static func classificationWeight(at epoch: Int, of epochs: Int) -> Double {
    let e = Double(epoch) * 200 / Double(max(1, epochs))
    let coefficients = [
      0.204623704, 3.35472727e-3, 1.22989557e-4, -2.92947416e-6, 2.23835486e-8, -5.39717505e-11,
    ]
    let value = coefficients.reversed().reduce(0) { $0 * e + $1 }
    return min(1, max(0, value))
  }

  /// D of two modalities' answers, a mean over samples.
  static func divergence(
    _ a: Tensor, _ b: Tensor, _ kind: Divergence, of task: LearningTask
  ) -> Tensor {
    guard kind == .released, task != .regression else {
      return Distributions.distance(a, b, of: task).mean()
    }
    let (p, q) = (
      Distributions.logProbabilities(a, of: task), Distributions.logProbabilities(b, of: task)
    )
    let middle = Distributions.mixture(p, q)
    return
      ((Distributions.divergence(middle, p) + Distributions.divergence(middle, q)) * 0.5).mean()
  }

  private func divergence(_ outputs: [Tensor], _ present: [RowPresence?]) -> Tensor? {
    var terms: [Tensor] = []
    for first in outputs.indices {
      for second in outputs.indices.dropFirst(first + 1) {
        let common = RowPresence.common(present[first], present[second])
        guard common.hasRows else { continue }
        terms.append(
          Self.divergence(
            common.rows(of: outputs[first]), common.rows(of: outputs[second]),
            configuration.divergence, of: setting.objective.task))
      }
    }
    return terms.isEmpty ? nil : Tensor.sum(of: terms) / Double(terms.count)
  }

  // MARK: Hooks

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let (batch, objective) = (context.batch, setting.objective)
    let outputs = heads?.outputs(forward.features.map { $0.inFullPrecision() }) ?? []
    let logits =
      averages ? OverPresent.mean(outputs, batch.present) : forward.logits.inFullPrecision()
    let task = objective.loss(logits, batch.labels)
    let classification =
      configuration.schedule == .fitted
      ? Self.classificationWeight(at: context.epoch, of: setting.epochs)
      : 1 - configuration.alignment
    telemetry = [(.telemetry("alignment"), Tensor(Float(1 - classification)))]
    func scaled(_ loss: Tensor, _ weight: Double) -> Tensor {
      weight * configuration.factor == 1 ? loss : loss * (weight * configuration.factor)
    }
    let loss = scaled(task, classification)
    guard classification < 1, let gap = divergence(outputs, batch.present) else { return loss }
    telemetry.append((.telemetry("gap"), gap.detached()))
    return loss + scaled(gap, 1 - classification)
  }

  /// The mean of the modalities' parts that each sample has, where that was trained.
  public func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor {
    guard averages, let heads else { return model.fusion.logits(features) }
    return OverPresent.mean(heads.outputs(features), present)
  }

  /// Joint training, and the heads there and back.
  public var resources: MethodResources { .joint(of: setting, with: heads) }
}
