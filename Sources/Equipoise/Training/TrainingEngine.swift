import Torch

/// Model, optimiser and precision of a run: what the standard step and methods work with.
final class TrainingEngine: StepEngine {
  let model: MultimodalModel
  let optimizer: any Optimizer
  private let precision: DType?
  private let device: Device
  private let clip: Double?
  private let names: [String]
  private let parameters: [Parameter]
  private let encoders: [Range<Int>]
  private let trainingBatches: TrainingBatches

  /// Visits a part of the training samples, or all of them.
  typealias TrainingBatches = (TrainingSubset?, (Batch) throws -> Void) throws -> Void

  init(
    model: MultimodalModel, optimizer: any Optimizer, training: TrainingConfiguration,
    device: Device, trainingBatches: @escaping TrainingBatches
  ) {
    self.model = model
    self.optimizer = optimizer
    self.device = device
    self.trainingBatches = trainingBatches
    precision = training.precision == .bf16 ? .bfloat16 : nil
    clip = training.gradientClip
    let named = model.namedParameters
    names = named.map(\.name)
    parameters = named.map(\.parameter)
    encoders = model.modalities.map { modality in
      let inside = named.indices.filter { named[$0].name.hasPrefix("encoders.\(modality).") }
      guard let first = inside.first, let last = inside.last else { return 0..<0 }
      return first..<(last + 1)
    }
  }

  func forward(_ context: StepContext) throws -> Forward {
    withAutocast(to: precision, on: device) {
      model.forward(context.batch.inputs, context.mode)
    }
  }

  /// The forward pass with features changed before fusion.
  func forward(
    _ context: StepContext, modulating modulate: ([Tensor]) throws -> [Tensor]
  ) throws -> Forward {
    try withAutocast(to: precision, on: device) {
      try model.forward(context.batch.inputs, context.mode, modulating: modulate)
    }
  }

  func gradients(of loss: Tensor, retainingGraph: Bool) throws -> ModelGradients {
    let found = Torch.gradients(
      of: [loss], withRespectTo: parameters.map(\.leaf), retainingGraph: retainingGraph)
    return ModelGradients(
      entries: zip(names, found).map { (name: $0, gradient: $1) }, encoders: encoders)
  }

  func apply(_ gradients: ModelGradients) throws {
    var list = gradients.entries.map(\.gradient)
    if let clip { _ = GradientClipping.clip(&list, maxNorm: clip) }
    optimizer.step(gradients: list)
  }

  func forEachTrainingBatch(
    in subset: TrainingSubset?, _ body: (Batch) throws -> Void
  ) throws {
    try trainingBatches(subset, body)
  }
}
