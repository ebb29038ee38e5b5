import Equipoise

/// What a training step needs, in bytes. `train --dry-run` measures it.
struct MemoryEstimate: Encodable {
  let weights: Int
  let gradients: Int
  let optimiser: Int
  /// What the backward pass needs of the forward pass, a rough estimate from the blocks' outputs.
  let activations: Int

  init(_ model: ModelSummary, _ training: TrainingConfiguration) {
    weights = 4 * model.parameters
    gradients = weights
    optimiser =
      switch training.optimiser.type {
      case .sgd: training.optimiser.momentum > 0 ? weights : 0
      case .adam, .adamw: 2 * weights
      }
    let outputs = model.encoders.flatMap(\.blocks)
      .reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    activations = 4 * Self.keptForEachOutput * outputs * training.batchSize
  }

  /// Numbers kept for each number of a block's output: two convolutions with their normalisations
  /// and rectifiers keep four or five, an attention layer about as many of its larger inner parts.
  private static let keptForEachOutput = 5

  var total: Int { weights + gradients + optimiser + activations }

  var text: String {
    var table = TextTable(["memory of a step", ""])
    table.add(["weights", Numbers.bytes(weights)])
    table.add(["gradients", Numbers.bytes(gradients)])
    table.add(["optimiser", Numbers.bytes(optimiser)])
    table.add(["activations", "≈ " + Numbers.bytes(activations)])
    table.add(["all", "≈ " + Numbers.bytes(total)])
    return table.text()
  }
}
