// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Late fusion: unimodal models that are trained side by side and fused only at inference.
///
/// | equation | function |
/// |---|---|
/// | L = Σ_m CE(ℓ_m, y) | ``loss(for:in:)`` |
/// | ℓ = log 1/M Σ_m softmax(ℓ_m) | `meanOfProbabilities(_:)` |
/// | ℓ = 1/M Σ_m ℓ_m | `meanOfLogits(_:)` |
///
/// Each modality has its encoder and its own classifier (fusion `sum`), which no other loss
/// reaches: without gradient clipping each learns as in a unimodal run of the same batches. What
/// such an ensemble achieves is what joint training has to beat.
public final class LateFusion: ObjectiveDefining, InferenceFusing {
  /// What is averaged at inference.
  public enum Average: String, ConfigurationChoice {
    /// The modalities' probabilities; the fused logits are the mean's logarithm.
    case probabilities
    /// The modalities' logits.
    case logits
  }

  /// The settings.
  public struct Configuration: ConfigurationSection {
    /// What is averaged at inference.
    public var average = Average.probabilities

    /// The defaults.
    public init() {}
  }

  /// `late-fusion`
  public static let name = "late-fusion"
  /// One line for lists.
  public static let summary = "unimodal models side by side, averaged at inference"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    fusion: .sum, coupling: .uncoupled,
    tasks: TaskRules(
      multilabel: .stated("the logit of the mean of the modalities' probabilities of each label"),
      regression: .stated("the mean of the modalities' numbers")),
    missing: .stated(
      "each modality's loss is the mean over the samples that have it; a sample's average is of those it has"
    ))
  /// There is no paper to cite.
  public static let citation: Citation? = nil

  private let average: Average
  private let fusion: any Fusion
  private let objective: Objective

  /// Late fusion of a model whose modalities share nothing.
  ///
  /// - Parameters:
  ///   - configuration: the settings.
  ///   - setting: what it will train.
  /// - Throws: ``EquipoiseError`` for a model in which modalities meet.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    let model = setting.model
    guard model.fusion is SumFusion || model.modalities.count == 1 else {
      throw EquipoiseError(
        .configuration,
        "late fusion trains a classifier for each modality, which the model's fusion "
          + "(\(model.fusion.summary)) does not have",
        at: "model.fusion", fix: "set model.fusion=sum")
    }
    try setting.requireSeparateEncoders("late fusion trains each encoder alone")
    average = configuration.average
    (fusion, objective) = (model.fusion, setting.objective)
  }

  /// The logarithm of the mean of the modalities' probabilities, [B, K].
  static func meanOfProbabilities(_ logits: [Tensor], _ present: [RowPresence?] = []) -> Tensor {
    let logarithms = Tensor.stacked(logits.map { $0.logSoftmax(1) })
    guard let masks = OverPresent.masks(present, like: logits[0]) else {
      let largest = logarithms.maximum(over: [0], keeping: true)
      return (logarithms - largest).exp().mean(over: [0]).log() + largest.squeezed(0)
    }
    return logSum(logarithms, masks) - masks.sum(over: [0]).log()
  }

  /// log Σ_m e^(x_m) over the modalities that each sample has; [M, B, K] → [B, K].
  private static func logSum(_ logarithms: Tensor, _ masks: Tensor?) -> Tensor {
    guard let masks else {
      let largest = logarithms.maximum(over: [0], keeping: true)
      return (logarithms - largest).exp().sum(over: [0]).log() + largest.squeezed(0)
    }
    let far = Tensor.full([], -1e30, dtype: logarithms.dtype, device: logarithms.device)
    let own = logarithms.selected(where: masks.greater(than: 0), else: far)
    let largest = own.maximum(over: [0], keeping: true)
    return ((own - largest).exp() * masks).sum(over: [0]).log() + largest.squeezed(0)
  }

  /// The logit of the mean of the modalities' σ, [B, K]: of several labels.
  static func meanOfLabelProbabilities(
    _ logits: [Tensor], _ present: [RowPresence?] = []
  ) -> Tensor {
    // log Σ σ(ℓ) − log Σ σ(−ℓ), each from logarithms: σ itself is 0 or 1 far out.
    let masks = OverPresent.masks(present, like: logits[0])
    func logSum(_ sign: Double) -> Tensor {
      Self.logSum(Tensor.stacked(logits.map { logSigmoid($0 * sign) }), masks)
    }
    return logSum(1) - logSum(-1)
  }

  /// log σ(x) = min(x, 0) − log(1 + e^(−|x|)).
  private static func logSigmoid(_ x: Tensor) -> Tensor {
    x.clamped(high: 0) - ((-x.magnitude()).exp() + 1).log()
  }

  /// The mean of the modalities' logits, [B, K].
  static func meanOfLogits(_ logits: [Tensor], _ present: [RowPresence?] = []) -> Tensor {
    OverPresent.mean(logits, present)
  }

  /// The sum of the unimodal losses.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let losses = objective.losses(logits(of: forward.features), in: context.batch)
    return Tensor.sum(of: losses.map(\.loss))
  }

  /// The average of the modalities that each sample has.
  public func fusedLogits(
    of features: [Tensor], present: [RowPresence?], with model: MultimodalModel
  ) throws -> Tensor {
    let logits = logits(of: features)
    if average == .logits || objective.task == .regression {
      return Self.meanOfLogits(logits, present)
    }
    return objective.task == .multilabel
      ? Self.meanOfLabelProbabilities(logits, present) : Self.meanOfProbabilities(logits, present)
  }

  private func logits(of features: [Tensor]) -> [Tensor] {
    features.indices.compactMap { fusion.ownLogits($0, of: features[$0].inFullPrecision()) }
  }
}
