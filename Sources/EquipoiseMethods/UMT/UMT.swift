// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
import EquipoiseFormats
internal import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseModels
public import EquipoiseTorch

/// Unimodal teachers (Du et al., ICML 2023): late-fusion training learns too little of each modality's features, so each
/// encoder is kept near one that was trained alone.
///
/// ```
/// L = CE(ℓ, y) + λ Σ_m mean (z_m − sg z_m^T)²
/// ```
/// z^T is of frozen teachers, in evaluation mode, on the very inputs of the step, augmentation included. By default the
/// method trains them itself before the first epoch: each encoder with a linear head, alone, on the run's own batches, from
/// the run's own initial weights, for as many epochs as the run has; everything else is put back. ``Configuration/teachers``
/// names finished runs of single modalities in their place, whose best weights are read: of the same dataset and encoders.
/// A modality without a teacher has no term.
///
/// The second method of the paper, averaging separately trained unimodal models, is ``LateFusion``.
///
/// Choices: there is no released code; λ = 10 is BalanceBenchmark's, whose teachers run in training mode, so that they
/// drift and depend on the batch.
public final class UMT: StepDefining, EpochAdapting, ParameterOwning, StateKeeping, ResourceStating
{
  /// The settings of UMT.
  public struct Configuration: ConfigurationSection, RangeChecking {
    /// λ, the weight of the distance to the teachers' features; 0 is joint training without teachers.
    public var lambda = 10.0
    /// Folders of finished runs, one for each modality that has a teacher; empty trains them.
    public var teachers: [String] = []
    /// Epochs that each teacher trains; nil takes the run's. Without `teachers` only.
    public var teacherEpochs: Int?
    /// The epochs in which the term counts.
    public var window = EpochWindow()

    /// The defaults.
    public init() {}

    /// Throws for the first value out of its range.
    public func check(at path: ConfigPath) throws {
      try path.check("lambda", lambda, .atLeast(0))
      try path.check("teacherEpochs", teacherEpochs, .atLeast(1, to: 1_000_000))
      try window.check(at: path.appending("window"))
    }
  }

  /// `umt`
  public static let name = "umt"
  /// One line for lists.
  public static let summary = "keeps each encoder's features near those of one trained alone"
  /// What it asks of the model.
  public static let needs = ModelNeeds(
    modalities: 2...Int.max, coupling: .uncoupled,
    tasks: TaskRules(
      multilabel: .stated("the task's loss; teachers are compared by features"),
      regression: .stated("the task's loss; teachers are compared by features")),
    missing: .stated("a modality's distance is over the samples that have it"))
  /// The paper.
  public static let citation: Citation? = Citation(
    authors: "Du et al.",
    title: "On Uni-Modal Feature Learning in Supervised Multi-Modal Learning", venue: "ICML 2023")

  private let configuration: Configuration
  private let setting: MethodSetting
  /// By which teachers are trained; `nil` where they are read or not needed.
  private let heads: UnimodalHeads?
  /// A teacher of each modality; `nil` of one without.
  private(set) var teachers: [FrozenEncoder?]

  /// UMT of a model whose encoders do not see each other.
  public init(_ configuration: Configuration, for setting: MethodSetting) throws {
    try setting.requireSeveralModalities(for: "UMT")
    try setting.requireSeparateEncoders("UMT's teachers are trained on one modality alone")
    (self.configuration, self.setting) = (configuration, setting)
    let trains = configuration.lambda > 0 && configuration.teachers.isEmpty
    heads = trains ? try UnimodalHeads(.own, of: Self.name, setting) : nil
    teachers =
      configuration.lambda > 0
      ? try FinishedRun.teachers(in: configuration.teachers, for: setting)
      : setting.model.modalities.map { _ in nil }
  }

  // MARK: Equation

  /// The mean squared difference of features, a scalar.
  ///
  /// - Parameters:
  ///   - features: z_m, [B, w].
  ///   - taught: z_m^T, of the same shape.
  /// - Returns: a mean over all entries.
  public static func distance(_ features: Tensor, _ taught: Tensor) -> Tensor {
    (features - taught.detached()).power(2).mean()
  }

  // MARK: Hooks

  /// The parameters of the heads by which teachers are trained.
  public var ownParameters: [NamedParameter] { heads?.parameters ?? [] }

  /// Trains the teachers before the first epoch.
  public func beginEpoch(_ epoch: Int, with engine: any StepEngine) throws {
    guard epoch == 0, let heads else { return }
    let epochs = configuration.teacherEpochs ?? setting.epochs
    for modality in teachers.indices {
      var numbers = RandomStream(
        seed: setting.seed, "method", Self.name, "teacher", setting.model.modalities[modality])
      let stream = Generator(seed: numbers.next(), device: setting.device)
      var step = 0
      teachers[modality] = try engine.rehearse(epochs: 0..<epochs) { batch in
        // Workers that take the batch in parts draw for their own rows.
        let own = batch.share.map {
          WorkerStreams.dropout(
            "umt teacher \(modality)", step: step, of: $0, seed: setting.seed, setting.device)
        }
        step += 1
        try train(modality, heads, batch, .training(dropout: own ?? stream), engine)
      } result: {
        FrozenEncoder(engine.model, modality)
      }
    }
  }

  private func train(
    _ modality: Int, _ heads: UnimodalHeads, _ batch: Batch, _ mode: ForwardMode,
    _ engine: any StepEngine
  ) throws {
    let feature = engine.inRunPrecision {
      engine.model.ownFeatures(modality, batch.ragged[modality], mode)
    }
    guard let feature, let head = heads.own?.modules[modality] else { return }
    let loss = setting.objective.loss(
      head(feature.inFullPrecision()), batch.present[modality].rows(of: batch.labels))
    try engine.apply(engine.gradients(of: loss))
  }

  /// One step; the teachers answer first, as they borrow the encoders.
  public func step(in context: StepContext, with engine: any StepEngine) throws -> StepReport {
    let (batch, model) = (context.batch, engine.model)
    let isActive = configuration.window.contains(context.epoch)
    let taught = teachers.enumerated().map { modality, teacher -> Tensor? in
      guard isActive, let teacher else { return nil }
      return engine.inRunPrecision {
        teacher.features(of: batch.ragged[modality], in: model)?.inFullPrecision()
      }
    }
    let forward = try engine.forward(context)
    var loss = setting.objective.loss(forward.logits.inFullPrecision(), batch.labels)
    var telemetry: [(name: MetricName, value: Tensor)] = []
    for (modality, taught) in taught.enumerated() {
      guard let taught else { continue }
      let own = batch.present[modality].rows(of: forward.features[modality].inFullPrecision())
      let distance = Self.distance(own, taught)
      loss = loss + distance * configuration.lambda
      telemetry.append(
        (
          .telemetry("distance", modality: model.modalities[modality]), distance.detached()
        ))
    }
    try engine.apply(engine.gradients(of: loss))
    var report = StepReport(loss: loss, logits: forward.logits)
    report.telemetry = telemetry
    return report
  }

  /// Joint training, the teachers there, and their own training before it.
  public var resources: MethodResources {
    let encoders = setting.summary.encoderMultiplyAdds
    let isTaught = configuration.lambda > 0
    let share = isTaught ? configuration.window.share(of: setting.epochs) : 0
    let epochs = heads == nil ? 0 : configuration.teacherEpochs ?? setting.epochs
    let training =
      3 * Double(encoders + (heads?.multiplyAdds ?? 0)) * Double(epochs)
      / Double(max(1, setting.epochs))
    return .joint(
      of: setting, with: heads, passes: 0,
      memory: isTaught ? setting.model.parameterBytes : 0,
      multiplyAdds: Int(saturating: Double(encoders) * share + training))
  }

  // MARK: State

  /// The teachers that were trained here; of those that were read what tells their files.
  public var state: [NamedTensor] {
    teachers.enumerated().flatMap { modality, teacher in
      (teacher?.state ?? []).map { ("\(setting.model.modalities[modality]).\($0.name)", $0.tensor) }
    }
  }

  /// Continues with the same teachers.
  public func restore(_ state: [String: Tensor]) throws {
    let saved = SavedState(state)
    for (modality, name) in setting.model.modalities.enumerated() {
      let own = saved.section(name)
      guard !own.isEmpty else { continue }
      if let digest = teachers[modality]?.digest, let found = own["digest"] {
        try FinishedRun.check(found, is: digest, of: name)
      } else {
        let teacher = FrozenEncoder(setting.model, modality)
        try teacher.restore(SavedState(own))
        teachers[modality] = teacher
      }
    }
  }
}
