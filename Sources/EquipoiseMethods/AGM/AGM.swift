// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseMetrics
public import EquipoiseModels
internal import EquipoiseKit
public import EquipoiseSettings
import EquipoiseFormats
public import EquipoiseTorch

/// Adaptive gradient modulation (Li et al., ICCV 2023): the fused logits are split into a response
/// of each modality, and the gradient through a response grows or shrinks with how strong it is
/// compared with its own past.
///
/// ```
/// F(S)    logits with the inputs of the modalities outside S zero
/// φ_m     = Σ_S w_m,S F(S),   Σ_m φ_m = F(all)                        AGMSets.responses(_:)
/// s_m     = mean_i −log max(softmax(φ_m)[i, y_i], 10⁻⁸)               scores(_:labels:)
/// r_m     = exp(M/(M−1) · (s̄ − s_m)),   τ_m the same of ŝ             ratios(_:)
/// κ_m     = exp(α min(τ_m − r_m, cap))                                coefficients(_:_:alpha:cap:)
/// ŝ_m     ← ŝ_m (t−1)/t + s_m/t                                       updated(_:with:step:)
/// ∂L/∂F(S) = (Σ_m κ_m w_m,S) ∂CE/∂ℓ                                   AGMSets.upstream(_:)
/// ```
/// The last line is the gradient of CE(Σ φ_m, y) with that through φ_m times κ_m; every κ = 1 is
/// joint training. A step makes 2ᴹ − 1 passes: the full one in training mode, then the others with
/// running statistics and without dropout, but with gradients. A zero input is a literal zero.
///
/// As in the released code ŝ counts the batches of all epochs, and large gradients are clipped inside
/// the window (``Configuration/clipsLargeGradients``); unlike there κ is 1 again after the window.
public final class AGM: StepDefining, StateKeeping, ResourceStating {
  /// The settings of AGM.
  public struct Configuration: ConfigurationSection {
    /// α, how strongly gradients react; 0 is joint training.
    public var alpha = 1.5
    /// The largest exponent before α.
    public var cap = 10.0
    /// The epochs in which gradients change; joint training outside.
    public var window = EpochWindow()
    /// Whether all gradients are clipped to the norm 1 where an entry of a head's weight exceeds 1, as
    /// in the released code. Without it κ, which may reach e^(α · cap), can make training diverge.
    public var clipsLargeGradients = true

    /// The defaults.
    public init() {}
  }

  /// `agm`
  public static let name = "agm"
  /// One line for lists.
  public static let summary = "scales the gradient of each modality's response by its strength"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...ModalitySets.mostModalities,
    tasks: TaskRules(
      multilabel: .stated(
        "s_m is −log of the balanced rightness of a sample's labels, the mean over samples"),
      regression: .stated("s_m = log MSE_m of M φ_m, so that a ratio of two is one of errors")),
    missing: .stated(
      "the responses of a sample are those of the modalities that it has; strengths are measured on samples that have all"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Li et al.",
    title: "Boosting Multi-modal Model Performance with Adaptive Gradient Modulation",
    venue: "ICCV 2023")

  private let configuration: Configuration
  private let setting: MethodSetting
  private let sets: AGMSets
  /// ŝ, [M]; 0 at first.
  private var runningScores: Tensor
  /// t, the number of batches in ŝ.
  private var batches = 0

  /// AGM of a model of two modalities or more.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "AGM")
    self.configuration = configuration
    self.setting = setting
    try setting.requireFewModalities(for: "AGM")
    let count = setting.model.modalities.count
    sets = AGMSets(modalities: count)
    runningScores = .zeros([count], device: setting.device)
  }

  // MARK: Equations

  /// s of each modality, [M]; small where it is strong.
  ///
  /// - Parameters:
  ///   - responses: φ, [M, B, K].
  ///   - labels: what is right, as a batch has it.
  ///   - objective: the run's.
  /// - Returns: mean cross-entropies with a floor under the probability; of several labels the same of their
  ///   balanced rightness, of a regression the logarithms of mean squared errors.
  public static func scores(
    _ responses: Tensor, labels: Tensor, by objective: Objective = .crossEntropy
  ) -> Tensor {
    Tensor.stacked(
      responses.unbound().map { response in
        switch objective.task {
        case .classification:
          -response.softmax(1).gatheringColumns(labels).clamped(low: 1e-8).log().mean()
        case .multilabel:
          -Objective.rightness(response, labels).clamped(low: 1e-8).log().mean()
        case .regression: (objective.squaredError(response, labels) + 1e-8).log()
        }
      })
  }

  /// r of each modality, [M]: above 1 for the stronger.
  ///
  /// - Parameter scores: s or ŝ, [M].
  /// - Returns: e to the mean of the others minus its own.
  public static func ratios(_ scores: Tensor) -> Tensor {
    let count = Double(scores.count)
    return ((scores.mean() - scores) * (count / (count - 1))).exp()
  }

  /// κ of each modality, [M].
  ///
  /// - Parameters:
  ///   - ratios: r, [M].
  ///   - reference: τ, [M].
  ///   - alpha: α.
  ///   - cap: the largest exponent before α.
  /// - Returns: below 1 where a modality is stronger than in its past.
  public static func coefficients(
    _ ratios: Tensor, _ reference: Tensor, alpha: Double, cap: Double
  ) -> Tensor {
    ((reference - ratios).clamped(high: cap) * alpha).exp()
  }

  /// ŝ after batch `step`, counted from 1.
  public static func updated(_ running: Tensor, with scores: Tensor, step: Int) -> Tensor {
    running * (Double(step - 1) / Double(step)) + scores / Double(step)
  }

  // MARK: Hook

  /// One step with modulated responses inside the window, of joint training outside.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let full = try engine.forward(context)
    let logits = full.logits.inFullPrecision()
    let loss = setting.objective.loss(logits, context.batch.labels)
    guard configuration.window.contains(context.epoch) else {
      try engine.apply(engine.gradients(of: loss))
      return StepReport(loss: loss, logits: logits)
    }
    let passes = try paddedPasses(context, engine) + [logits]
    let (coefficients, shares, telemetry) = modulation(passes, context.batch)
    let upstream = gradient(at: logits, labels: context.batch.labels)
    let weights =
      shares.map { shares in
        // Σ_m κ_m w, [B, S], a column for each set.
        (shares * coefficients.unsqueezed(0).unsqueezed(2)).sum(over: [1]).unsqueezed(2).unbound(1)
      } ?? sets.upstream(coefficients).unbound()
    let terms = zip(passes, weights).map { ($0 * (upstream * $1)).sum() }
    var gradients = try engine.gradients(of: Tensor.sum(of: terms))
    if configuration.clipsLargeGradients { gradients.clipWhereHeadIsLarge() }
    try engine.apply(gradients)
    var report = StepReport(loss: loss, logits: logits)
    report.telemetry = telemetry
    return report
  }

  /// F of every set but the full one. They come after the full pass, whose batch normalisation moves
  /// the running statistics that their gradients need unchanged.
  private func paddedPasses(_ context: StepContext, _ engine: any StepEngine) throws -> [Tensor] {
    try sets.members.dropLast().map { members in
      let inputs = setting.model.masked(context.batch.inputs, keeping: members)
      return try engine.forward(context.with(inputs: inputs, .evaluation)).logits.inFullPrecision()
    }
  }

  /// κ, how the outputs of the sets make up each sample's responses where samples lack modalities, and what is logged.
  private func modulation(
    _ passes: [Tensor], _ batch: Batch
  ) -> (
    coefficients: Tensor, shares: Tensor?, telemetry: [(name: MetricName, value: Tensor)]
  ) {
    withoutGradient {
      let isPartial = batch.isPartial
      let (found, shares): (Tensor, Tensor?) =
        isPartial ? sets.responses(passes, present: batch.present) : (sets.responses(passes), nil)
      let complete = batch.complete
      guard complete.hasRows else {
        // No sample tells how strong the modalities are beside each other.
        let ones = found.select(0).sum(over: [0, 1]).zerosLike() + 1
        return (ones.expanded([setting.model.modalities.count]), shares, [])
      }
      // The responses sum to the output: of a regression each stands for its M-th part.
      let responses = complete.map { found.gatheringRows($0.index, dimension: 1) } ?? found
      let isRegression = setting.objective.task == .regression
      let scores = Self.scores(
        isRegression ? responses * Double(setting.model.modalities.count) : responses,
        labels: complete.rows(of: batch.labels), by: setting.objective)
      let reference = Self.ratios(runningScores.to(scores.dtype))
      let coefficients = Self.coefficients(
        Self.ratios(scores), reference, alpha: configuration.alpha, cap: configuration.cap)
      batches += 1
      runningScores = Self.updated(runningScores.to(scores.dtype), with: scores, step: batches)
      let telemetry =
        setting.telemetry("score", scores) + setting.telemetry("coefficient", coefficients)
      return (coefficients, shares, telemetry)
    }
  }

  /// ∂CE/∂ℓ, [B, K].
  private func gradient(at logits: Tensor, labels: Tensor) -> Tensor {
    let leaf = logits.asLeaf()
    let found = gradients(of: [setting.objective.loss(leaf, labels)], withRespectTo: [leaf])
    return found[0] ?? leaf.zerosLike()
  }

  /// Inside the window a pass there and back for each set, all held until the way back.
  public var resources: MethodResources {
    let share = configuration.window.share(of: setting.epochs)
    let passes = 1 + share * Double(sets.members.count - 1)
    return MethodResources(
      multiplyAddsPerSample: Int(
        saturating: 3 * passes * Double(setting.summary.multiplyAdds)),
      heldPasses: share > 0 ? sets.members.count : 1)
  }

  // MARK: State

  /// ŝ and t.
  public var state: [NamedTensor] {
    [("runningScores", runningScores), ("batches", Tensor(batches))]
  }

  /// Continues from a saved ŝ.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    runningScores = try saved.tensor("runningScores", like: runningScores)
    batches = try saved.tensor("batches", shape: []).array(of: Int.self)[0]
  }
}

extension ModelGradients {
  /// Clips all gradients to the norm 1 where an entry of a weight of the head exceeds 1.
  mutating func clipWhereHeadIsLarge() {
    withoutGradient {
      let head = entries.filter { $0.name.hasPrefix("fusion.") }.compactMap(\.gradient)
      let peaks = head.filter { $0.rank >= 2 }.map {
        $0.magnitude().reshaped([-1]).maximum(over: [0])
      }
      let norm = GradientClipping.norm(of: entries.map(\.gradient))
      let isLarge = Tensor.stacked(peaks).maximum(over: [0]).greater(than: 1)
      let factor = (1 / (norm + 1e-6)).clamped(high: 1)
        .selected(where: isLarge, else: norm.zerosLike() + 1)
      for index in entries.indices {
        entries[index].gradient = entries[index].gradient.map { $0 * factor }
      }
    }
  }
}

extension AGM.Configuration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("alpha", alpha, .atLeast(0))
    try path.check("cap", cap, .atLeast(0))
    try window.check(at: path.appending("window"))
  }
}
