public import Torch

/// Where a step stands.
public struct StepContext {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step inside the epoch, from 0.
  public let step: Int
  /// The number of steps of an epoch.
  public let stepsPerEpoch: Int
  /// The step since training began, from 0.
  public let globalStep: Int
  /// The batch.
  public let batch: Batch
  /// How the network runs forward: training mode with the run's dropout stream.
  public let mode: ForwardMode
}

/// What a step has to say.
public struct StepReport {
  /// The loss that was minimised: a scalar, without history.
  public let loss: Tensor
  /// The fused logits [B, K], without history.
  public let logits: Tensor
  /// Numbers of the method for the log, such as coefficients; scalars that stay on the device.
  public var telemetry: [(name: String, value: Tensor)] = []

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
  /// The gradients of a scalar with respect to every parameter of the model and of the method.
  func gradients(of loss: Tensor) throws -> ModelGradients
  /// Clips if the run does, and takes one optimiser step.
  func apply(_ gradients: ModelGradients) throws
  /// Runs a forward pass in the run's precision.
  func inRunPrecision<R>(_ body: () throws -> R) rethrows -> R
  /// Visits the training samples in order, without augmentation, in evaluation batches.
  func forEachTrainingBatch(_ body: (Batch) throws -> Void) throws
  /// Visits the validation samples in order, in evaluation batches.
  func forEachValidationBatch(_ body: (Batch) throws -> Void) throws
  /// Trains on trial: `step` takes the batches that the run's steps will have in `epochs`, at the
  /// learning rates of those epochs, with an optimiser that starts anew; `result` then looks at
  /// what came of it. Parameters, statistics and optimiser are put back.
  func rehearse<R>(
    epochs: Range<Int>, step: (Batch) throws -> Void, result: () throws -> R
  ) throws -> R
}
