// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseModels
package import EquipoiseData
package import EquipoiseTorch

/// A signal that came while a method was at work before an epoch; everything is as it was.
package struct StopRequest: Error {
  package let signal: Int32
}

/// Model, optimiser and precision of a run: what the standard step and methods work with.
package final class TrainingEngine: StepEngine {
  package let model: MultimodalModel
  package let optimizer: any Optimizer
  let objective: Objective
  /// Asked during trials, which are long, whether a signal wants the run to stop.
  package var stopSignal: () throws -> Int32? = { nil }
  private let precision: DType?
  private let device: Device
  private let clip: Double?
  /// The most samples that the encoders see at once; nil for the whole batch.
  let microBatchSize: Int?
  private let names: [String]
  private let parameters: [Parameter]
  private let encoders: [Range<Int>]
  private let positions: [ObjectIdentifier: Int]
  private let trainingBatches: VisitPart
  private let validationBatches: Visit
  private let schedule: EpochSchedule?
  /// The processes that train together; nil of one alone.
  private let workers: WorkerGroup?
  private let statistics: BatchStatistics

  /// Visits the batches of a part of a split, or of all of it, in order.
  package typealias VisitPart = (TrainingSubset?, (Batch) throws -> Void) throws -> Void

  /// Visits the batches of a split in order.
  package typealias Visit = ((Batch) throws -> Void) throws -> Void

  /// What the run's epochs are, for trials of them.
  package struct EpochSchedule {
    /// Visits an epoch's batches as its steps do.
    let batches: (_ epoch: Int, _ body: (Batch) throws -> Void) throws -> Void
    /// The learning rate of a step of an epoch.
    let learningRate: (_ epoch: Int, _ step: Int) -> Double

    package init(
      batches: @escaping (_ epoch: Int, _ body: (Batch) throws -> Void) throws -> Void,
      learningRate: @escaping (_ epoch: Int, _ step: Int) -> Double
    ) {
      self.batches = batches
      self.learningRate = learningRate
    }
  }

  /// An engine that differentiates by, and trains, what `optimizer` holds.
  package init(
    model: MultimodalModel, optimizer: any Optimizer, training: TrainingConfiguration,
    device: Device, objective: Objective = .crossEntropy, trainingBatches: @escaping VisitPart,
    validationBatches: @escaping Visit = { _ in }, schedule: EpochSchedule? = nil,
    workers: WorkerGroup? = nil
  ) {
    (self.workers, statistics) = (workers, training.batchStatistics)
    self.model = model
    (self.optimizer, self.objective) = (optimizer, objective)
    self.device = device
    self.trainingBatches = trainingBatches
    self.validationBatches = validationBatches
    self.schedule = schedule
    precision = training.precision == .bf16 ? .bfloat16 : nil
    clip = training.gradientClip
    microBatchSize = training.microBatchSize
    let named = optimizer.parameters
    names = named.map(\.name)
    parameters = named.map(\.parameter)
    let positions = Dictionary(
      uniqueKeysWithValues: named.enumerated().map { (ObjectIdentifier($1.parameter), $0) })
    self.positions = positions
    encoders = model.parts.filter { $0.modality != nil }.map { part in
      let inside = part.parameters.compactMap { positions[ObjectIdentifier($0.parameter)] }
      return (inside.first ?? 0)..<((inside.last ?? -1) + 1)
    }
  }

  /// Runs a step on a batch, of which this worker may have a part alone.
  ///
  /// - Parameters:
  ///   - batch: the step's.
  ///   - step: forward passes and updates.
  /// - Returns: what `step` returns.
  /// - Throws: what `step` throws, and when another worker has gone.
  package func taking<R>(_ batch: Batch, _ step: () throws -> R) throws -> R {
    guard let share = batch.share else { return try step() }
    // Workers may have different numbers of micro-batches, which are normalised each by itself.
    let isShared = statistics == .all && !isCut(batch)
    let result = try WorkerGroup.sharingStatistics(over: isShared ? share.workers : nil, step)
    if !isShared { try alignStatistics(of: share.workers) }
    return result
  }

  /// Whether the encoders see what some worker has of a batch in several parts.
  func isCut(_ batch: Batch) -> Bool { microBatchSize.map { $0 < batch.largestPart } ?? false }

  /// Each worker's running statistics have moved by its own rows: all go on with their mean.
  private func alignStatistics(of workers: WorkerGroup) throws {
    let all = model.namedBuffers.map(\.buffer)
    let statistics = all.filter { $0.value.dtype.isFloatingPoint }
    for (buffer, mean) in zip(statistics, try workers.mean(statistics.map(\.value))) {
      if let mean { buffer.assign(mean) }
    }
    // How many batches they have seen, of which micro-batches are not equally many.
    let counts = all.filter { !$0.value.dtype.isFloatingPoint }
    guard !counts.isEmpty else { return }
    let first = try workers.broadcast(Tensor.stacked(counts.map(\.value)))
    for (buffer, count) in zip(counts, first.unbound()) { buffer.assign(count) }
  }

  package func forward(_ context: StepContext) throws -> Forward {
    inRunPrecision {
      model.forward(context.batch.ragged, context.mode)
    }
  }

  /// The forward pass with features changed before fusion.
  func forward(
    _ context: StepContext, modulating modulate: ([Tensor]) throws -> [Tensor]
  ) throws -> Forward {
    try inRunPrecision {
      try model.forward(
        context.batch.ragged, context.mode, modulating: modulate)
    }
  }

  package func inRunPrecision<R>(_ body: () throws -> R) rethrows -> R {
    try withAutocast(to: precision, on: device, body)
  }

  package func gradients(of loss: Tensor, retainingGraph: Bool) throws -> ModelGradients {
    try gathered { leaves in
      guard let workers else {
        return EquipoiseTorch.gradients(
          of: [loss], withRespectTo: leaves, retainingGraph: retainingGraph)
      }
      return try workers.meanGradients(
        of: [loss], withRespectTo: leaves, retainingGraph: retainingGraph)
    }
  }

  package func gradients(
    of roots: [Tensor], seeds: [Tensor],
    adding others: [(parameter: Parameter, gradient: Tensor)]
  ) throws -> ModelGradients {
    var found = ownGradients(of: roots, seeds: seeds)
    for (parameter, gradient) in others { found.add(gradient, to: parameter) }
    return try reduced(found)
  }

  package func reduced(_ gradients: [Tensor?]) throws -> [Tensor?] {
    try workers?.mean(gradients) ?? gradients
  }

  /// What this worker finds of Σ root · seed; where several take the batch in parts it is not yet the batch's.
  func ownGradients(of roots: [Tensor], seeds: [Tensor]) -> ModelGradients {
    gathered { leaves in
      roots.isEmpty
        ? leaves.map { _ in nil }
        : EquipoiseTorch.gradients(of: roots, withRespectTo: leaves, seeds: seeds)
    }
  }

  /// The whole batch's gradients of what each worker has found of them.
  func reduced(_ gradients: ModelGradients) throws -> ModelGradients {
    guard workers != nil else { return gradients }
    var whole = gradients
    for (index, gradient) in try reduced(gradients.entries.map(\.gradient)).enumerated() {
      whole.entries[index].gradient = gradient
    }
    return whole
  }

  /// What this worker finds of a scalar's gradients with respect to every parameter, and those with respect to other
  /// tensors, which all workers find alike.
  func ownGradients(
    of loss: Tensor, and others: [Tensor]
  ) -> (parameters: ModelGradients, others: [Tensor?]) {
    var found: [Tensor?] = []
    let parameters = gathered { leaves in
      let all = EquipoiseTorch.gradients(of: [loss], withRespectTo: leaves + others)
      found = Array(all.suffix(others.count))
      return Array(all.prefix(leaves.count))
    }
    return (parameters, found)
  }

  /// The gradients that `differentiate` gives of the parameters that are not frozen.
  private func gathered(
    _ differentiate: ([Tensor]) throws -> [Tensor?]
  ) rethrows -> ModelGradients {
    let trained = parameters.indices.filter { !parameters[$0].isFrozen }
    var entries = names.map { (name: $0, gradient: Tensor?.none) }
    for (index, gradient) in zip(trained, try differentiate(trained.map { parameters[$0].leaf })) {
      entries[index].gradient = gradient
    }
    return ModelGradients(entries: entries, encoders: encoders, positions: positions)
  }

  package func apply(_ gradients: ModelGradients) throws {
    // A method may have added to the gradients of what is frozen.
    var list = zip(parameters, gradients.entries).map { $0.isFrozen ? nil : $1.gradient }
    if let clip { _ = GradientClipping.clip(&list, maxNorm: clip) }
    optimizer.step(gradients: list)
  }

  package func forEachTrainingBatch(
    in subset: TrainingSubset?, _ body: (Batch) throws -> Void
  ) throws {
    try trainingBatches(subset, body)
  }

  package func forEachValidationBatch(_ body: (Batch) throws -> Void) throws {
    try validationBatches(body)
  }

  package func rehearse<R>(
    epochs: Range<Int>, step: (Batch) throws -> Void, result: () throws -> R
  ) throws -> R {
    guard let schedule else { preconditionFailure("an engine without epochs to rehearse") }
    let before = Snapshot(of: model, optimizer)
    let outcome = Result {
      try optimizer.restore(before.freshStatistics)
      for epoch in epochs {
        var steps = 0
        try schedule.batches(epoch) { batch in
          if let signal = try stopSignal() { throw StopRequest(signal: signal) }
          optimizer.learningRate = schedule.learningRate(epoch, steps)
          try taking(batch) { try step(batch) }
          steps += 1
        }
      }
      return try result()
    }
    try before.restore()
    return try outcome.get()
  }
}
