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
  private let positions: [ObjectIdentifier: Int]
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
    let positions = Dictionary(
      uniqueKeysWithValues: named.enumerated().map { (ObjectIdentifier($1.parameter), $0) })
    self.positions = positions
    encoders = model.parts.filter { $0.modality != nil }.map { part in
      let inside = part.parameters.compactMap { positions[ObjectIdentifier($0.parameter)] }
      return (inside.first ?? 0)..<((inside.last ?? -1) + 1)
    }
  }

  func forward(_ context: StepContext) throws -> Forward {
    inRunPrecision { model.forward(context.batch.inputs, context.mode) }
  }

  /// The forward pass with features changed before fusion.
  func forward(
    _ context: StepContext, modulating modulate: ([Tensor]) throws -> [Tensor]
  ) throws -> Forward {
    try inRunPrecision {
      try model.forward(context.batch.inputs, context.mode, modulating: modulate)
    }
  }

  func inRunPrecision<R>(_ body: () throws -> R) rethrows -> R {
    try withAutocast(to: precision, on: device, body)
  }

  func gradients(
    of loss: Tensor, alsoBy leaves: [Tensor], retainingGraph: Bool
  ) throws -> (ModelGradients, [Tensor?]) {
    let found = Torch.gradients(
      of: [loss], withRespectTo: parameters.map(\.leaf) + leaves, retainingGraph: retainingGraph)
    let entries = zip(names, found).map { (name: $0, gradient: $1) }
    let own = ModelGradients(entries: entries, encoders: encoders, positions: positions)
    return (own, Array(found.dropFirst(parameters.count)))
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
