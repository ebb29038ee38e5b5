// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Multimodal competition regularisation (Kontras et al., NeurIPS 2025): modalities compete as in a game, in which each is
/// rewarded for how much the fused prediction depends on it.
///
/// ```
/// L   = CE(ℓ, y) + w_u Σ_m CE(ℓ_m, y) + l · game + w_c Con + w_b CEB       loss(for:in:)
/// J_S = mean_i JS(softmax ℓ(z, rows of the modalities in S permuted), softmax ℓ(z))   CompetitionGame
/// independent     −Σ_m J_{m}
/// greedy          Σ_m (Σ_{S ∌ m} J_S − Σ_{S ∋ m} J_S),  S proper and not empty
/// collaborative   −Σ_m J_{all}
/// ```
/// A term of modality m has a gradient through encoder m alone, all other features being constants; the logits of unpermuted
/// features are not. J is a mean over some permutations. In `greedy` the head's gradients cancel.
///
/// Con is a supervised contrast of the normalised features of all modalities (`ContrastTerm`), which needs features of
/// one width; CEB pulls the features to what a small network makes of the logits, mean ([z_1; …; z_M] − A(sg ℓ))².
///
/// Choices:
/// - Permuted features are those of the training pass; the released code makes them in a second pass of the encoders in
///   evaluation mode.
/// - Each modality of S is permuted by itself. The class for three modalities of the released code permutes all by
///   modality 0's, and that for two of an earlier version never adds the regulariser to the loss.
public final class MCR: ObjectiveDefining, ParameterOwning, TelemetryReporting, ResourceStating {
  /// What modalities compete for.
  public enum Game: String, ConfigurationChoice {
    /// Each that the prediction depends on it.
    case independent
    /// Each that it depends on itself more than on the others.
    case greedy
    /// All that it depends on all.
    case collaborative
  }

  /// The settings of MCR.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// What modalities compete for.
    public var game = Game.greedy
    /// l, the weight of the game.
    public var gameWeight = 0.1
    /// The permutations of a step; the released runs have 16 and 32.
    public var permutations = 8
    /// w_u, the weight of each unimodal loss, of the method's own heads.
    public var weight = 0.01
    /// w_c, the weight of the contrast.
    public var contrastWeight = 1.0
    /// The contrast's temperature.
    public var temperature = 0.5
    /// w_b, the weight of the pull towards what the logits say.
    public var bottleneckWeight = 0.0

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("gameWeight", gameWeight, .atLeast(0))
      try path.check("permutations", permutations, .atLeast(1, to: 1024))
      try path.check("weight", weight, .atLeast(0))
      try path.check("contrastWeight", contrastWeight, .atLeast(0))
      try path.check("temperature", temperature, .above(0))
      try path.check("bottleneckWeight", bottleneckWeight, .atLeast(0))
    }
  }

  /// `mcr`
  public static let name = "mcr"
  /// One line for lists.
  public static let summary =
    "rewards each modality for how much the fused prediction depends on it"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...CompetitionGame.mostModalities,
    tasks: TaskRules(
      multilabel: .stated(
        "the divergence is the mean over labels; a pair of samples that share a label counts by the share of labels they have in common"
      ),
      regression: .published(
        "squared differences of predictions in place of the divergence, as in the released code; without the contrast"
      )),
    missing: .stated(
      "rows are permuted among the samples that have the modality; contrast and pull are of features that are there"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Kontras et al.",
    title: "Balancing Multimodal Training Through Game-Theoretic Regularization",
    venue: "NeurIPS 2025")

  /// The terms of the last step.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream
  private let heads: UnimodalHeads?
  private let bottleneck: Bottleneck?
  private let game: CompetitionGame

  /// MCR of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "MCR")
    try CompetitionGame.check(setting)
    let widths = setting.model.fusion.featureWidths
    let contrasts = configuration.contrastWeight > 0 && setting.objective.task != .regression
    guard !contrasts || Set(widths).count == 1 else {
      let found = zip(setting.model.modalities, widths).map { "\($0) \($1)" }
      throw EquipoiseError(
        .configuration,
        "MCR's contrast compares features of all modalities, which have several widths: "
          + found.joined(separator: ", "),
        at: "method.contrastWeight",
        fix: "set it to 0, or the encoders' widths so that they agree")
    }
    (self.configuration, self.setting) = (configuration, setting)
    stream = MethodStream(Self.name, setting)
    heads = configuration.weight > 0 ? try UnimodalHeads(.own, of: Self.name, setting) : nil
    bottleneck = configuration.bottleneckWeight > 0 ? Bottleneck(setting) : nil
    game = CompetitionGame(configuration.game, modalities: widths.count)
  }

  // MARK: Hook

  /// The parameters of own heads and of A.
  public var ownParameters: [NamedParameter] {
    (heads?.parameters ?? []) + (bottleneck?.parameters ?? [])
  }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    var loss = setting.fusedLoss(forward, context, and: heads, weight: configuration.weight)
    let batch = context.batch
    let features = forward.features.map { $0.inFullPrecision() }
    telemetry = []
    func add(_ name: String, _ weight: Double, _ term: Tensor?) {
      guard let term else { return }
      telemetry.append((.telemetry(name), term.detached()))
      loss = loss + term * weight
    }
    if configuration.gameWeight > 0 {
      let orders = PermutedRows(
        batch, count: configuration.permutations, from: stream.numbers(context),
        device: features[0].device)
      add(
        "game", configuration.gameWeight,
        game.value(features, orders, setting.model.fusion, of: setting.objective.task))
    }
    if configuration.contrastWeight > 0 {
      add(
        "contrast", configuration.contrastWeight,
        ContrastTerm.value(
          features, batch, of: setting.objective.task, temperature: configuration.temperature))
    }
    add(
      "bottleneck", configuration.bottleneckWeight,
      bottleneck?.value(features, forward.logits.inFullPrecision().detached(), batch))
    return loss
  }

  /// Joint training, own heads and A there and back, and the fused head there and back for each permuted set.
  public var resources: MethodResources {
    let sets =
      configuration.gameWeight > 0
      ? game.terms.count * configuration.permutations + setting.model.modalities.count : 0
    let widths = setting.model.fusion.featureWidths
    let samples = widths.count * setting.batchSize
    let contrast = configuration.contrastWeight > 0 ? 3 * samples * widths[0] * widths.count : 0
    let own = bottleneck?.parameters.reduce(0) { $0 + $1.parameter.leaf.count } ?? 0
    let joint = MethodResources.joint(
      of: setting, with: heads, fusedPasses: 3 * sets, multiplyAdds: contrast + 3 * own)
    return MethodResources(
      parameters: joint.parameters + own, memory: joint.memory + 4 * 4 * own,
      multiplyAddsPerSample: joint.multiplyAddsPerSample)
  }
}
