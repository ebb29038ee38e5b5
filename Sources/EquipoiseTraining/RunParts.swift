// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseKit
internal import EquipoiseMetrics
package import EquipoiseModels
package import EquipoiseData
package import EquipoiseMethods
package import EquipoiseTorch
internal import EquipoiseWorkers

/// Everything a configuration describes, built and put together: what training, evaluation,
/// inspection and benchmarks start from.
package final class RunParts {
  /// What the parts were built from.
  package let configuration: RunConfiguration
  /// Where everything is computed.
  package let device: Device
  let data: RunData
  /// The network.
  package let model: MultimodalModel
  package let method: any BalancingMethod
  let engine: TrainingEngine
  /// The learning rate of every step.
  let rates: LearningRates
  /// How every parameter is trained.
  package let plan: PartPlan
  /// The average of the weights; `nil` where none is asked for.
  let averaging: WeightAverage?
  let streams: RandomStreams
  /// The processes that train together; nil of one alone.
  let workers: WorkerGroup?
  /// What is minimised, and how right outputs are.
  package let objective: Objective

  /// Builds a run's parts in their initial state.
  ///
  /// - Parameters:
  ///   - configuration: validated.
  ///   - catalogue: what it may name.
  ///   - workers: the processes that train together; nil of one alone.
  /// - Throws: `EquipoiseError`, `TorchError` or `FormatError` that says what does not fit.
  package convenience init(
    _ configuration: RunConfiguration, catalogue: RunCatalogue = .inUse,
    workers: WorkerGroup? = nil
  ) throws {
    try self.init(configuration, catalogue: catalogue, carried: nil, workers: workers)
  }

  /// The same of what a run carries of its dataset, unless that is nil.
  init(
    _ configuration: RunConfiguration, catalogue: RunCatalogue, carried: CarriedDataset?,
    workers: WorkerGroup? = nil
  ) throws {
    (self.configuration, self.workers) = (configuration, workers)
    let runtime = configuration.runtime
    let device = try Accelerators.device(named: runtime.device)
    self.device = device
    guard workers == nil || device.kind == .cpu else {
      throw EquipoiseError(
        .configuration, "several processes train on processors, and this run computes on \(device)",
        at: "runtime.device", fix: "set runtime.device=cpu, or train by one process")
    }
    // Workers on one machine share its processors.
    Runtime.threads =
      runtime.threads ?? max(1, Runtime.defaultThreads / (workers?.localCount ?? 1))
    Runtime.setDeterministic(runtime.deterministic)
    Runtime.allowsTF32 = configuration.training.precision == .tf32
    let seed = UInt64(runtime.seed)
    let data =
      try carried.map { try RunData(carried: $0, configuration, device: device) }
      ?? RunData(configuration, device: device, workers: workers)
    self.data = data
    model = try Self.makeModel(configuration, data.dataset, device)
    try model.checkLengths(of: data.modalitiesWithLengths)
    try Self.checkMissing(data, model)
    try ModalitySets.check(model.modalities.count, configuration.evaluation)
    let task = data.dataset.description.task
    let selection = configuration.evaluation.selectBy ?? .selection(of: task)
    try selection.check(task, classes: model.classes)
    if data.hasSamples {
      try LoneSample.check(model, data: data, batchSize: configuration.training.batchSize)
    }
    if configuration.evaluation.utilisation,
      let error = ConditionalUtilisation.refusal(of: model, data.dataset.description.task)
    {
      throw error
    }
    streams = RandomStreams(seed: seed, device: device)
    let training = configuration.training
    try training.checkScores(task, classes: model.classes)
    rates = LearningRates(training, stepsPerEpoch: data.stepsPerEpoch, selection: selection)
    objective = try data.objective(training.loss, on: device)
    // Of a method that is not to train only its own way of fusing counts.
    let section =
      data.hasSamples || catalogue.methods.fuses(configuration.method)
      ? configuration.method : MethodSection()
    method = try catalogue.methods.make(
      section,
      for: MethodSetting(
        model: model, classes: model.classes, epochs: training.epochs, device: device, seed: seed,
        samplesPerClass: data.samplesPerClass, batchSize: training.batchSize,
        objective: objective, outputs: data.dataset.description.outputs,
        targets: data.targets, lacksModalities: data.lacksModalities,
        modalitiesOfSeveralLengths: data.modalitiesOfSeveralLengths,
        lengths: data.trainingLengths, dataset: data.dataset.fingerprint))
    plan = try PartPlan(training, model, own: method.ownedParameters)
    plan.begin(epoch: 0)
    averaging = WeightAverage(training, model)
    try MicroBatching.check(training, method)
    engine = TrainingEngine(
      model: model, optimizer: try training.optimiser.makeOptimizer(plan), training: training,
      device: device, objective: objective,
      trainingBatches: { subset, body in try data.forEachBatch(of: .train, in: subset, body) },
      validationBatches: { body in try data.forEachBatch(of: .validation, body) },
      schedule: Self.schedule(of: data, rates), workers: workers)
  }

  /// The run's epochs, for trials of them.
  private static func schedule(
    of data: RunData, _ rates: LearningRates
  ) -> TrainingEngine.EpochSchedule {
    TrainingEngine.EpochSchedule(
      batches: { epoch, body in
        let batches = try data.trainingBatches(epoch: epoch, from: 0)
        while let batch = try batches.next() { try body(batch) }
      }, learningRate: { rates.rate(epoch: $0, step: $1) })
  }

  /// The number of steps of an epoch.
  package var stepsPerEpoch: Int { data.stepsPerEpoch }

  /// The number of samples that an epoch trains on.
  package var samplesPerEpoch: Int { data.samplesPerEpoch }

  /// The dataset with the modalities in use.
  package var dataset: PreparedDataset { data.dataset }

  /// The modalities whose samples have lengths of their own.
  package var modalitiesWithLengths: Set<String> { data.modalitiesWithLengths }

  /// The modalities that a sample may lack: those of which the dataset's samples or training by the augmentation's
  /// dropout did without, and all where the model has learned what stands for them.
  package var modalitiesThatMayBeMissing: Set<String> {
    let dropped = model.modalities.filter {
      configuration.augmentation[$0]?.modalityDropout ?? 0 > 0
    }
    return data.lackingModalities.union(dropped).union(model.missing.names)
  }

  /// The samples of each split, a carved validation split included.
  package var splits: [Split: Samples] { data.splits }

  private static func makeModel(
    _ configuration: RunConfiguration, _ dataset: PreparedDataset, _ device: Device
  ) throws -> MultimodalModel {
    let model = try ModelFactory.makeModel(
      inputs: dataset.modalities.map {
        EncoderInput(
          modality: $0.name, shape: $0.description.shape,
          vocabulary: $0.description.tokens?.vocabulary)
      },
      classes: dataset.description.outputs.count, configuration: configuration.model,
      seed: UInt64(configuration.runtime.seed))
    if let path = configuration.model.initialWeights { try load(path, into: model) }
    model.move(
      to: device, layout: configuration.training.channelsLast ? .channelsLast : .preserve)
    return model
  }

  /// Throws where a head cannot do without a modality that a training sample lacks.
  private static func checkMissing(
    _ data: RunData, _ model: MultimodalModel
  ) throws {
    guard data.lacksModalities else { return }
    if model.missing.entries.isEmpty, let reason = model.fusion.problemWithZeros {
      throw EquipoiseError(
        .configuration,
        "training samples lack modalities, which the model's fusion (\(model.fusion.summary)) cannot fuse as "
          + "zeros: \(reason)", at: "model.fusion",
        fix: "set model.missing=embedding, or another fusion")
    }
  }

  private static func load(_ path: String, into model: MultimodalModel) throws {
    let file = try TensorFile(path: path)
    guard file.names.isEmpty || file.names.contains(where: { $0.hasPrefix("encoders.") }) else {
      throw EquipoiseError(
        .configuration, "the file has no whole model: no name in it begins with 'encoders.'",
        at: path,
        fix: "give one encoder's weights to model.encoders.MODALITY.initialWeights")
    }
    try model.load(from: file)
  }

  /// Runs `body` with the weights that are scored: their average, where there is one.
  func whileScored<R>(_ body: () throws -> R) rethrows -> R {
    guard let averaging else { return try body() }
    return try averaging.whileInPlace(body)
  }

  /// A step of the method.
  var step: (StepContext) throws -> StepReport {
    let engine = engine
    guard let method = method as? any StepDefining else {
      return StandardStep(method, engine: engine).run
    }
    return { try method.step(in: $0, with: engine) }
  }

  /// The score that selects epochs.
  var selection: Score {
    configuration.evaluation.selectBy ?? .selection(of: objective.task)
  }

  // MARK: Cost

  /// What the method takes beside the network, where it says so.
  package var methodResources: MethodResources? {
    (method as? any ResourceStating)?.resources
  }

  /// Multiply-adds of a training step for each sample; a backward pass takes twice its forward pass.
  package private(set) lazy var multiplyAddsPerSample =
    methodResources?.multiplyAddsPerSample ?? 3 * summary.multiplyAdds

  /// The size of the model, with multiply-adds of samples as long as those of the training split.
  package var summary: ModelSummary { model.summarize(lengths: data.trainingLengths) }

  // MARK: Evaluation

  /// Scores the model as it is on a split.
  ///
  /// - Parameters:
  ///   - split: which samples.
  ///   - probing: also takes the measurements that need the training split, if the configuration asks
  ///     for them.
  ///   - disturbing: also takes the curves of missing and noisy modalities, if the configuration asks for them.
  /// - Returns: the scores.
  /// - Throws: `EquipoiseError` when the split is empty or the model's output is not finite.
  package func evaluate(
    _ split: Split, probing: Bool = false, disturbing: Bool = false
  ) throws -> EvaluationReport {
    var report = try evaluator.report(of: workers) {
      try data.forEachOwnBatch(of: split, byLength: true, $0)
    }
    try measure(split, probing: probing, disturbing: disturbing, into: &report)
    return report
  }

  /// Takes the measurements of a split that no batch can give alone, without the other workers.
  ///
  /// - Parameters:
  ///   - split: which samples.
  ///   - probing: takes those that need the training split, if the configuration asks for them.
  ///   - disturbing: takes the curves of missing and noisy modalities, likewise.
  ///   - report: gets them.
  /// - Throws: `EquipoiseError` when the split is empty or the model's output is not finite.
  func measure(
    _ split: Split, probing: Bool, disturbing: Bool, into report: inout EvaluationReport
  ) throws {
    if probing, configuration.evaluation.probe {
      let accuracies = try evaluator.probe(
        training: { try self.data.forEachBatch(of: .train, $0) },
        test: { try self.data.forEachBatch(of: split, $0) })
      for (name, accuracy) in accuracies { report.modalities[name]?.probe = accuracy }
    }
    if probing, configuration.evaluation.utilisation {
      let rates = try ConditionalUtilisation(model).rates(
        training: { try self.data.forEachBatch(of: .train, $0) },
        test: { try self.data.forEachBatch(of: split, $0) })
      for (name, rate) in rates { report.modalities[name]?.utilisation = rate }
    }
    if disturbing, configuration.evaluation.robustness {
      report.robustness = try Robustness(
        inference: inference, scoring: scoring, seed: UInt64(configuration.runtime.seed)
      ).report { try data.forEachBatch(of: split, byLength: true, $0) }
    }
  }

  private var scoring: SplitScoring {
    SplitScoring(
      task: objective.task, width: model.classes, scale: objective.scale,
      isSentiment: dataset.description.isSentiment)
  }

  private var evaluator: Evaluator {
    Evaluator(inference: inference, scoring: scoring, options: configuration.evaluation)
  }

  // MARK: State

  /// The method's own parameters.
  private var own: [NamedTensor] {
    method.ownedParameters.map { ($0.name, $0.parameter.leaf.detached()) }
  }

  /// What the optimiser changes.
  var learned: [NamedTensor] {
    model.namedParameters.map { ($0.name, $0.parameter.leaf) } + own
  }

  /// What is learned: the model, with its running statistics, and the method's own parameters.
  var trained: [NamedTensor] { model.state + own }

  /// Everything that steps change.
  var state: [NamedTensor] {
    let method = (method as? any StateKeeping)?.state ?? []
    let sections: [(String, [NamedTensor])] = [
      ("model", model.state), ("own", own), ("optimizer", engine.optimizer.state),
      ("method", method), ("random", streams.state), ("average", averaging?.state ?? []),
    ]
    return sections.flatMap { section, tensors in
      tensors.map { (name: "\(section).\($0.name)", tensor: $0.tensor) }
    }
  }

  /// Continues from a checkpoint.
  func restore(_ checkpoint: Checkpoint) throws {
    try model.load(checkpoint.section("model"), source: "the checkpoint")
    try restoreOwn(SavedState(checkpoint.section("own")))
    try engine.optimizer.restore(checkpoint.section("optimizer"))
    // Copies: a file's tensors are not aligned in memory, which changes the last bits of products.
    try (method as? any StateKeeping)?.restore(
      checkpoint.section("method").mapValues { $0.cloned() })
    try streams.restore(checkpoint.section("random"))
    try averaging?.restore(checkpoint.section("average").mapValues { $0.cloned() })
  }

  private func restoreOwn(_ saved: SavedState) throws {
    for (name, parameter) in method.ownedParameters {
      parameter.assign(try saved.tensor(name, shape: parameter.leaf.shape))
    }
  }
}

extension BalancingMethod {
  /// What the optimiser trains beside the model, under the optimiser's names.
  package var ownedParameters: [NamedParameter] {
    guard let owning = self as? any ParameterOwning else { return [] }
    return owning.ownParameters.map { ("method.\($0.name)", $0.parameter) }
  }
}

extension RunParts {
  /// The identity of the prepared data.
  var datasetFingerprint: String { data.dataset.fingerprint }
}
