// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
import EquipoiseFormats
public import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseTorch

/// Sample-level modality valuation (Wei, Feng, Wang, Hu, CVPR 2024): how the modalities cooperate differs from sample to
/// sample; in each, what contributes least is trained more.
///
/// ```
/// v(S) = |S| [argmax h(z_S, 0) = y],  v(∅) = 0                                    valuation(of:)
/// φ_m  = Σ_{S ∌ m} |S|! (M − |S| − 1)!/M! (v(S ∪ m) − v(S))                       SampleValues
/// n_m  = max(0, round(2 (1 − φ_m))), at most 3    sample level                     copies(_:)
/// p    = ⅔ α (φ̄_max − φ̄_min)                     modality level: ⌊pN⌋ drawn samples of the weaker
/// L    = Σ_i (CE(ℓ_i) + Σ_m n_m,i CE(ℓ̄_m,i)) / Σ_i (1 + Σ_m n_m,i)              loss(for:in:)
/// ```
/// ℓ̄_m are the fused head's logits with the other features at zero. φ is found anew before each epoch after the warm-up, in
/// evaluation mode and without augmentation.
///
/// Choices:
/// - The published method trains on a longer list, in which a sample that keeps only modality m stands n_m times; here the
///   same copies are terms of the loss in the batch that has the sample, each with the weight of one sample. An epoch has
///   as many steps as without, and nothing is passed through an encoder twice.
/// - The released valuation sees augmented samples, and its modality level values all where it uses a part.
/// - BalanceBenchmark's Shapley values lack the factor |S|, so that it copies samples that are right throughout.
public final class SMV: ObjectiveDefining, EpochAdapting, StateKeeping, TelemetryReporting,
  ResourceStating
{
  /// For what the copies are chosen.
  public enum Level: String, ConfigurationChoice {
    /// For each sample by its own values.
    case sample
    /// For the modality whose mean value is the smallest.
    case modality
  }

  /// The settings of SMV.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// For what the copies are chosen.
    public var level = Level.sample
    /// Epochs of joint training at the start.
    public var warmupEpochs = 5
    /// α, how many samples the weaker modality gets; `level: modality` only.
    public var alpha = 1.0
    /// The share of the training samples that are valued; `level: modality` only.
    public var share = 0.2

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("warmupEpochs", warmupEpochs, .atLeast(0))
      try path.check("alpha", alpha, .within(0...1.5))
      try path.check("share", share, .above(0, to: 1))
    }
  }

  /// `smv`
  public static let name = "smv"
  /// One line for lists.
  public static let summary = "trains more what contributes least to each sample"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...SampleValues.mostModalities,
    fusions: ["concat", "sum", "cosine", "shared", "boosted"],
    tasks: TaskRules(
      multilabel: .stated(
        "a set of modalities is right by the balanced share of a sample's right labels"),
      regression: .refused("a number is not right or wrong, so that copies would have no scale")),
    missing: .stated(
      "a sample's values are of the modalities that it has; what it lacks is not copied, nor what it has alone"
    ))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Wei, Feng, Wang, Hu",
    title: "Enhancing Multimodal Cooperation via Sample-level Modality Valuation",
    venue: "CVPR 2024")

  /// The mean number of a sample's copies, and φ̄.
  public private(set) var telemetry: [(name: MetricName, value: Tensor)] = []
  private let configuration: Configuration
  private let setting: MethodSetting
  private let stream: MethodStream
  private let values: SampleValues
  /// n of each sample and modality, by the sample's position; empty before the first valuation.
  private(set) var copies: [[Int]] = []
  /// φ̄ of the last valuation.
  private var means: [Float]

  /// SMV of a model of two modalities or more whose fused logits are a sum of parts.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "SMV")
    try SampleValues.check(setting)
    try setting.requireParts(
      "SMV trains the fused head with features at zero, through which FiLM and gated fusion train nothing while biases are zero"
    )
    (self.configuration, self.setting) = (configuration, setting)
    stream = MethodStream(Self.name, setting)
    values = SampleValues(modalities: setting.model.modalities.count)
    means = setting.model.modalities.map { _ in 0 }
  }

  // MARK: Equations

  /// n of a sample's modality from its value φ.
  public static func copies(_ value: Double) -> Int {
    // Sums of twelfths and such are a hair off what they are on paper.
    min(3, max(0, Int((2 * (1 - value) + 1e-9).rounded())))
  }

  /// How many samples the weaker modality gets, and which it is.
  ///
  /// - Parameters:
  ///   - means: φ̄ of each modality.
  ///   - samples: N.
  ///   - alpha: α.
  /// - Returns: nil where none is weaker.
  static func weaker(_ means: [Double], samples: Int, alpha: Double) -> (modality: Int, count: Int)?
  {
    guard let least = means.min(), let most = means.max(), least < most,
      let modality = means.firstIndex(of: least)
    else { return nil }
    let share = 2 / 3.0 * alpha * (most - least)
    return (modality, Int(share * Double(samples) + 1e-9))
  }

  // MARK: Hooks

  /// Values the training samples and decides what is copied.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    guard epoch >= configuration.warmupEpochs else { return }
    let numbers = stream.numbers(epoch: epoch)
    let isByModality = configuration.level == .modality
    let subset =
      isByModality
      ? TrainingSubset(share: configuration.share, from: numbers.substream("subset")) : nil
    var found: [Int: [Double]] = [:]
    var present: [Int: Int] = [:]
    try withoutGradient {
      try engine.forEachTrainingBatch(in: subset) { batch in
        let sets = RowPresence.sets(batch.present, of: batch.count)
        let own = values.values(rightness(of: batch, engine), sets: sets)
        for (row, index) in batch.indices.enumerated() {
          (found[index], present[index]) = (own[row], sets[row])
        }
      }
    }
    let sums = means.indices.map { modality in found.values.reduce(0) { $0 + $1[modality] } }
    let mean = sums.map { $0 / Double(max(1, found.count)) }
    means = mean.map(Float.init)
    copies = Array(
      repeating: means.map { _ in 0 }, count: max(samples, (found.keys.max() ?? -1) + 1))
    if isByModality {
      copyWeaker(mean, numbers.substream("copies"))
    } else {
      for (index, value) in found { copies[index] = own(value, present[index] ?? 0) }
    }
  }

  /// n of a sample; what it lacks is not copied, nor what it has alone.
  private func own(_ values: [Double], _ set: Int) -> [Int] {
    guard set.nonzeroBitCount > 1 else { return values.map { _ in 0 } }
    return values.enumerated().map { set & (1 << $0) != 0 ? Self.copies($1) : 0 }
  }

  private func copyWeaker(_ means: [Double], _ numbers: RandomStream) {
    var numbers = numbers
    guard
      let weaker = Self.weaker(means, samples: copies.count, alpha: configuration.alpha)
    else { return }
    for _ in 0..<weaker.count {
      copies[numbers.integer(below: copies.count)][weaker.modality] += 1
    }
  }

  /// N, as far as it is known before the first pass.
  private var samples: Int {
    setting.objective.task == .classification
      ? setting.samplesPerClass.reduce(0, +) : setting.targets.first?.count ?? 0
  }

  /// How right each sample is with each set of modalities, [2ᴹ − 1][B].
  private func rightness(of batch: Batch, _ engine: any StepEngine) -> [[Double]] {
    let model = engine.model
    let features = engine.inRunPrecision { model.features(batch.ragged, .evaluation) }
      .map { $0.inFullPrecision() }
    let right = values.sets.map { set in
      let logits = model.fusion.logits(
        features.enumerated().map { set & (1 << $0) != 0 ? $1 : $1.zerosLike() })
      return rightness(logits, batch.labels).to(.float32)
    }
    return Tensor.stacked(right).to(.cpu).to(.float64).unbound().map { $0.array(of: Double.self) }
  }

  private func rightness(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
    guard setting.objective.task == .multilabel else { return outputs.argmax(1).equal(labels) }
    // A logit far beyond 0 makes a certain σ of a decision.
    return Objective.rightness((outputs.greater(than: 0).to(outputs.dtype) - 0.5) * 1e3, labels)
  }

  /// L of the type's description.
  public func loss(for forward: Forward, in context: StepContext) throws -> Tensor {
    let (batch, objective) = (context.batch, setting.objective)
    let logits = forward.logits.inFullPrecision()
    let own = batch.indices.map { $0 < copies.count ? copies[$0] : means.map { _ in 0 } }
    let all = own.reduce(0) { $0 + $1.reduce(0, +) }
    telemetry = []
    guard !copies.isEmpty else { return objective.loss(logits, batch.labels) }
    telemetry =
      [(.telemetry("copies"), Tensor(Float(all) / Float(batch.count)))]
      + setting.telemetry("value", Tensor(means))
    guard all > 0 else { return objective.loss(logits, batch.labels) }
    let features = forward.features.map { $0.inFullPrecision() }
    var terms = [objective.total(logits, batch.labels)]
    for modality in features.indices {
      let counts = own.map { $0[modality] }
      guard counts.contains(where: { $0 > 0 }) else { continue }
      let outputs = setting.model.fusion.zeroOut(keeping: modality, of: features)
      for count in Set(counts).sorted() where count > 0 {
        let rows = RowPresence(counts.map { $0 == count }, device: logits.device)
        terms.append(
          objective.total(rows.gathered(outputs), rows.gathered(batch.labels)) * Double(count))
      }
    }
    return Tensor.sum(of: terms) / Double(batch.count + all)
  }

  /// Joint training, the fused head there and back for each modality, and the passes that value the samples.
  public var resources: MethodResources {
    let summary = setting.summary
    let valued = (0..<max(1, setting.epochs)).count { $0 >= configuration.warmupEpochs }
    let share = configuration.level == .modality ? configuration.share : 1
    let pass = summary.multiplyAdds + values.sets.count * summary.fusionMultiplyAdds
    let passes = Double(valued) / Double(max(1, setting.epochs))
    return .joint(
      of: setting, with: nil,
      multiplyAdds: Int(
        saturating: passes
          * (Double(pass) * share
            + Double(3 * summary.encoders.count * summary.fusionMultiplyAdds))))
  }

  // MARK: State

  /// n of each sample and modality, and φ̄.
  public var state: [NamedTensor] {
    guard !copies.isEmpty else { return [] }
    return [
      (
        "copies",
        Tensor(copies.flatMap { $0.map { Int64($0) } }, shape: [copies.count, means.count])
      ),
      ("means", Tensor(means)),
    ]
  }

  /// Continues with saved copies.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    guard let found = state["copies"] else {
      copies = []
      return
    }
    let (rows, width) = (found.size(0), means.count)
    let numbers = try saved.tensor("copies", shape: [rows, width]).array(of: Int.self)
    copies = (0..<rows).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    means = try saved.tensor("means", shape: [means.count]).floats()
  }
}
