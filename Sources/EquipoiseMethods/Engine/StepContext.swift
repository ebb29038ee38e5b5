// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseModels
public import EquipoiseData
public import EquipoiseTorch

/// A step's position in the run, its batch, and how the network runs.
public struct StepContext {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step inside the epoch, from 0.
  public let step: Int
  /// The number of steps of an epoch.
  public let stepsPerEpoch: Int
  /// The step since training began, from 0.
  public package(set) var globalStep: Int
  /// The batch.
  public let batch: Batch
  /// How the network runs forward: training mode with the run's dropout stream.
  public let mode: ForwardMode

  package init(
    epoch: Int, step: Int, stepsPerEpoch: Int, globalStep: Int, batch: Batch, mode: ForwardMode
  ) {
    self.epoch = epoch
    self.step = step
    self.stepsPerEpoch = stepsPerEpoch
    self.globalStep = globalStep
    self.batch = batch
    self.mode = mode
  }
}

extension StepContext {
  /// The same step with other inputs in the batch, for a further pass of the network.
  func with(inputs: [Tensor], _ mode: ForwardMode) -> StepContext {
    StepContext(
      epoch: epoch, step: step, stepsPerEpoch: stepsPerEpoch, globalStep: globalStep,
      batch: batch.with(inputs), mode: mode)
  }
}

/// The result of a step: numbers of the whole batch, which all workers find alike.
public struct StepReport {
  /// The loss that was minimised: a scalar, without history.
  public let loss: Tensor
  /// The fused logits [B, K], without history.
  public let logits: Tensor
  /// Numbers of the method for the log, such as coefficients; scalars that stay on the device.
  public var telemetry: [(name: MetricName, value: Tensor)] = []
  /// How much a number counts in the epoch's mean, such as the samples that it is a mean of; 1 where nothing is said.
  public var weights: [MetricName: Int] = [:]

  /// A report of a step's loss and logits.
  public init(loss: Tensor, logits: Tensor) {
    self.loss = loss.detached()
    self.logits = logits.detached()
  }
}

/// The gradients of all parameters of a model, and of those that a method owns.
public struct ModelGradients {
  /// Every parameter's dotted name, with its gradient; `nil` where it had no part in the loss.
  public var entries: [(name: String, gradient: Tensor?)]
  /// Where each modality's encoder lies in ``entries``.
  public let encoders: [Range<Int>]
  /// Where each parameter lies in ``entries``.
  let positions: [ObjectIdentifier: Int]

  /// Adds to the gradient of one parameter of the model.
  ///
  /// - Parameters:
  ///   - gradient: of the parameter's shape.
  ///   - parameter: whose gradient it is.
  public mutating func add(_ gradient: Tensor, to parameter: Parameter) {
    guard let index = positions[ObjectIdentifier(parameter)] else {
      preconditionFailure("a gradient for a parameter that is not the model's")
    }
    let sum = gradient.to(parameter.leaf.dtype)
    entries[index].gradient = entries[index].gradient.map { $0 + sum } ?? sum
  }

  /// Replaces the gradients of one encoder.
  ///
  /// - Parameters:
  ///   - modality: the encoder's position.
  ///   - change: from a name and gradient to the new gradient.
  public mutating func mapEncoder(
    _ modality: Int, _ change: (_ name: String, _ gradient: Tensor) throws -> Tensor
  ) rethrows {
    for index in encoders[modality] {
      guard let gradient = entries[index].gradient else { continue }
      entries[index].gradient = try change(entries[index].name, gradient)
    }
  }
}

/// What a method may ask of the trainer.
public protocol StepEngine: AnyObject {
  /// The model in training.
  var model: MultimodalModel { get }
  /// Runs the encoders and the fusion in the run's precision.
  func forward(_ context: StepContext) throws -> Forward
  /// Runs `body`, part of a forward pass, in the run's precision.
  func inRunPrecision<R>(_ body: () throws -> R) rethrows -> R
  /// The gradients of a scalar with respect to every parameter of the model and of the method.
  ///
  /// - Parameters:
  ///   - loss: the scalar.
  ///   - retainingGraph: keeps what a second call for a loss of the same forward pass needs.
  /// - Returns: one gradient for each parameter; nil where it had no part in the loss.
  /// - Throws: what the engine cannot go on with.
  func gradients(of loss: Tensor, retainingGraph: Bool) throws -> ModelGradients
  /// The same of Σ root · seed over tensors of any shape, with gradients that a method has found itself.
  ///
  /// - Parameters:
  ///   - roots: the tensors.
  ///   - seeds: one for each, of its shape.
  ///   - others: further gradients of parameters of the model.
  /// - Returns: the sums.
  /// - Throws: what the engine cannot go on with.
  func gradients(
    of roots: [Tensor], seeds: [Tensor],
    adding others: [(parameter: Parameter, gradient: Tensor)]
  ) throws -> ModelGradients
  /// Gradients of parameters that the engine does not know, of a loss that was computed from a step's forward passes:
  /// where several workers take the batch in parts each has found its part of them.
  ///
  /// - Parameter gradients: this worker's; nil where all workers have none.
  /// - Returns: those of the whole batch.
  /// - Throws: when another worker has gone.
  func reduced(_ gradients: [Tensor?]) throws -> [Tensor?]
  /// Clips if the run does, and takes one optimiser step.
  func apply(_ gradients: ModelGradients) throws
  /// Visits training samples in order, without augmentation, in evaluation batches.
  ///
  /// - Parameters:
  ///   - subset: which samples; `nil` for all.
  ///   - body: receives the batches.
  /// - Throws: what `body` throws, or broken data.
  func forEachTrainingBatch(in subset: TrainingSubset?, _ body: (Batch) throws -> Void) throws
  /// Visits the validation samples in order, in evaluation batches.
  func forEachValidationBatch(_ body: (Batch) throws -> Void) throws
  /// Trains on trial: `step` takes the batches that the run's steps will have in `epochs`, at the
  /// learning rates of those epochs, with a new optimiser; `result` then looks at
  /// what came of it. Parameters, statistics and optimiser are put back.
  func rehearse<R>(
    epochs: Range<Int>, step: (Batch) throws -> Void, result: () throws -> R
  ) throws -> R
}

extension StepEngine {
  /// The gradients of a scalar with respect to every parameter of the model and of the method.
  public func gradients(of loss: Tensor) throws -> ModelGradients {
    try gradients(of: loss, retainingGraph: false)
  }

  /// Visits the training samples in order, without augmentation, in evaluation batches.
  public func forEachTrainingBatch(_ body: (Batch) throws -> Void) throws {
    try forEachTrainingBatch(in: nil, body)
  }
}

/// A random part of the training samples.
public struct TrainingSubset: Sendable {
  /// The share of all samples.
  public let share: Double
  private let stream: RandomStream

  /// A part drawn from the start of `stream`.
  public init(share: Double, from stream: RandomStream) {
    self.share = share
    self.stream = stream
  }

  /// The positions of the samples, ascending.
  ///
  /// - Parameters:
  ///   - count: the number of samples to choose from.
  ///   - minimum: the least number to choose, as far as there are so many.
  /// - Returns: `share` of the positions.
  package func indices(of count: Int, atLeast minimum: Int) -> [Int] {
    var stream = stream
    let chosen = min(count, max(minimum, Int(share * Double(count))))
    return stream.permutation(of: count).prefix(chosen).sorted()
  }
}
