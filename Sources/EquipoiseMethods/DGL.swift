// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseModels
public import EquipoiseTorch

/// Disentangled gradient learning (Wei, Luo, Luo, ICCV 2025): joint training weakens the gradient that reaches every
/// encoder, so the encoders are trained by their own losses alone, and the fusion by the fused loss alone.
///
/// ```
/// g(θ_m)    = α ∂CE(ℓ̄_m, y)/∂θ_m            encoder m: nothing of the fused loss
/// g(fusion) = ∂CE(h(sg z_1, …, sg z_M), y)/∂fusion    head: nothing of the unimodal losses
/// ```
/// ℓ̄_m are the fused head's logits with the other features at zero, whole bias included; of `sum` and `shared` the
/// modality's own layer. Inference is that of the model.
///
/// The published settings are SGD and `training.gradientClip: 40`: Adam divides a constant factor such as α out again.
///
/// Choices:
/// - Heads without parts (`film`, `gated`) get linear heads of the method's own (``HeadChoice``), which the losses of the
///   encoders train. The released code detaches behind two of the gated head's three layers, so that these never train,
///   and takes a self-gated logit.
/// - The released code knows two modalities; the losses are summed over any number.
public final class DGL: StepDefining, ParameterOwning, ResourceStating {
  /// The settings of DGL.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// α, the weight of each encoder's own loss.
    public var alpha = 4.0
    /// Through what the encoders are trained.
    public var heads = HeadChoice.auto

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws { try path.check("alpha", alpha, .above(0)) }
  }

  /// `dgl`
  public static let name = "dgl"
  /// One line for lists.
  public static let summary =
    "encoders learn from their own losses alone, the fusion from the fused"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    coupling: .uncoupled, tasks: .ownLosses,
    missing: .stated(
      "each encoder's loss is the mean over the samples that have its modality; the fused loss trains the head on all"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wei, Luo, Luo",
    title: "Boosting Multimodal Learning via Disentangled Gradient Learning", venue: "ICCV 2025")

  private let alpha: Double
  private let setting: MethodSetting
  private let heads: UnimodalHeads

  /// DGL of a model whose encoders do not see each other.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeparateEncoders("DGL trains each encoder by its own loss alone")
    heads = try UnimodalHeads(configuration.heads, of: Self.name, setting, wholeBias: true)
    (alpha, self.setting) = (configuration.alpha, setting)
  }

  /// The parameters of own heads.
  public var ownParameters: [NamedParameter] { heads.parameters }

  /// One forward pass, two backward passes that share nothing of it, one update.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let (batch, model, objective) = (context.batch, engine.model, setting.objective)
    let inputs = batch.ragged
    let traces = engine.inRunPrecision { model.trace(inputs, context.mode) }
    func features(_ own: (Tensor) -> Tensor) -> [Tensor] {
      traces.enumerated().map {
        inputs[$0].share.gathered(model.filled(own($1.features), $0, inputs[$0].presence))
      }
    }
    let outputs = heads.outputs(features { $0 }.map { $0.inFullPrecision() })
    let losses = objective.losses(outputs, in: batch)
    let unimodal = Tensor.sum(of: losses.map(\.loss))
    // What stands for a missing modality is the head's: it stays in the graph.
    let logits = engine.inRunPrecision {
      model.fusion.logits(features { $0.detached() })
    }.inFullPrecision()
    let fused = objective.loss(logits, batch.labels)
    let own = try engine.gradients(of: alpha == 1 ? unimodal : unimodal * alpha)
    let gradients = Self.joined(try engine.gradients(of: fused), encoders: own)
    try engine.apply(gradients)
    var report = StepReport(loss: fused + unimodal.detached() * alpha, logits: logits)
    report.telemetry = losses.map {
      (.telemetry("loss", modality: setting.model.modalities[$0.modality]), $0.loss.detached())
    }
    return report
  }

  /// The head's gradients with those of encoders and own heads from elsewhere.
  static func joined(_ head: ModelGradients, encoders: ModelGradients) -> ModelGradients {
    var result = head
    let own = result.entries.indices.filter { result.entries[$0].name.hasPrefix("method.") }
    for index in result.encoders.flatMap({ Array($0) }) + own {
      result.entries[index].gradient = encoders.entries[index].gradient
    }
    return result
  }

  /// The encoders there and back; the fused head there and to its weights, as its input is detached; the heads of
  /// single modalities there and back.
  public var resources: MethodResources {
    .joint(of: setting, with: heads, fusedPasses: -1)
  }
}
