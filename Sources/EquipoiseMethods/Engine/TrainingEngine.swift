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
  package var stopSignal: () -> Int32? = { nil }
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
    validationBatches: @escaping Visit = { _ in }, schedule: EpochSchedule? = nil
  ) {
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
    gathered { leaves in
      EquipoiseTorch.gradients(of: [loss], withRespectTo: leaves, retainingGraph: retainingGraph)
    }
  }

  package func gradients(of roots: [Tensor], seeds: [Tensor]) throws -> ModelGradients {
    gathered { leaves in
      roots.isEmpty
        ? leaves.map { _ in nil }
        : EquipoiseTorch.gradients(of: roots, withRespectTo: leaves, seeds: seeds)
    }
  }

  /// The gradients of a scalar with respect to every parameter and to other tensors.
  func gradients(
    of loss: Tensor, and others: [Tensor]
  ) throws -> (parameters: ModelGradients, others: [Tensor?]) {
    var found: [Tensor?] = []
    let parameters = gathered { leaves in
      let all = EquipoiseTorch.gradients(of: [loss], withRespectTo: leaves + others)
      found = Array(all.suffix(others.count))
      return Array(all.prefix(leaves.count))
    }
    return (parameters, found)
  }

  /// The gradients that `differentiate` gives of the parameters that are not frozen.
  private func gathered(_ differentiate: ([Tensor]) -> [Tensor?]) -> ModelGradients {
    let trained = parameters.indices.filter { !parameters[$0].isFrozen }
    var entries = names.map { (name: $0, gradient: Tensor?.none) }
    for (index, gradient) in zip(trained, differentiate(trained.map { parameters[$0].leaf })) {
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
          if let signal = stopSignal() { throw StopRequest(signal: signal) }
          optimizer.learningRate = schedule.learningRate(epoch, steps)
          try step(batch)
          steps += 1
        }
      }
      return try result()
    }
    try before.restore()
    return try outcome.get()
  }
}
