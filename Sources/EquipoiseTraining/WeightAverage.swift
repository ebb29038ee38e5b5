// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
internal import EquipoiseData
internal import EquipoiseMethods
import EquipoiseTorch

/// The average of a run's weights, with statistics of batch normalisation that belong to it.
final class WeightAverage {
  private let configuration: AveragingConfiguration
  private let model: MultimodalModel
  private let average: AveragedParameters
  private let start: Int
  private let parameters: [NamedParameter]
  private let buffers: [(name: String, buffer: Buffer)]
  /// The statistics that belong to the average.
  private let statistics: [Tensor]

  /// The average that a run asks for; `nil` where it asks for none.
  init?(_ training: TrainingConfiguration, _ model: MultimodalModel) {
    configuration = training.averaging
    guard configuration.type != .none else { return nil }
    self.model = model
    start = configuration.start(of: training.epochs)
    (parameters, buffers) = (model.namedParameters, model.namedBuffers)
    average = AveragedParameters(
      parameters.map(\.parameter),
      configuration.type == .ema ? .moving(decay: configuration.decay) : .mean)
    statistics = buffers.map { $0.buffer.value.cloned() }
  }

  // MARK: Updates

  /// Takes the weights after a step.
  func finishStep(of epoch: Int) {
    guard configuration.type == .ema, epoch >= start else { return }
    average.update()
  }

  /// Takes the weights after an epoch, and sees to the statistics.
  ///
  /// - Parameters:
  ///   - epoch: which one.
  ///   - forEachBatch: visits the training samples, for the statistics of a mean.
  /// - Throws: what visiting them throws.
  func finishEpoch(
    _ epoch: Int, _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws {
    guard epoch >= start else { return }
    if configuration.type == .swa { average.update() }
    keepStatistics()
    guard configuration.type == .swa else { return }
    let norms = model.namedModules.compactMap { $0.module as? BatchNorm }
    guard !norms.isEmpty else { return }
    try inPlace {
      try Self.measure(norms, of: model, forEachBatch)
      keepStatistics()
    }
  }

  private func keepStatistics() {
    for (kept, entry) in zip(statistics, buffers) { kept.overwrite(with: entry.buffer.value) }
  }

  /// Means over the training split's batches, as PyTorch's `update_bn`.
  private static func measure(
    _ norms: [BatchNorm], of model: MultimodalModel,
    _ forEachBatch: ((Batch) throws -> Void) throws -> Void
  ) throws {
    let momenta = norms.map(\.momentum)
    defer { for (norm, momentum) in zip(norms, momenta) { norm.momentum = momentum } }
    var batches = 0
    try withoutGradient {
      try forEachBatch { batch in
        // One sample has no statistics.
        guard batch.count > 1 else { return }
        batches += 1
        for norm in norms { norm.momentum = 1 / Double(batches) }
        _ = model.features(batch.ragged, .training())
      }
    }
  }

  // MARK: Use

  /// Runs `body` with the average in the weights' place, once there is one.
  func whileInPlace<R>(_ body: () throws -> R) rethrows -> R {
    guard average.count > 0 else { return try body() }
    return try inPlace {
      for (kept, entry) in zip(statistics, buffers) { entry.buffer.assign(kept) }
      return try body()
    }
  }

  private func inPlace<R>(_ body: () throws -> R) rethrows -> R {
    let weights = parameters.map { $0.parameter.leaf.detached().cloned() }
    let own = buffers.map { $0.buffer.value.cloned() }
    defer {
      for (entry, tensor) in zip(parameters, weights) { entry.parameter.assign(tensor) }
      for (entry, tensor) in zip(buffers, own) { entry.buffer.assign(tensor) }
    }
    for (entry, tensor) in zip(parameters, average.values) { entry.parameter.assign(tensor) }
    return try body()
  }

  // MARK: State

  /// Average and statistics under the model's names below `weights`, and how many values are in it; empty before there
  /// is one.
  var state: [NamedTensor] {
    guard average.count > 0 else { return [] }
    let values = zip(parameters, average.values).map { (name: $0.name, tensor: $1) }
    let kept = zip(buffers, statistics).map { (name: $0.name, tensor: $1) }
    return (values + kept).map { ("weights.\($0.name)", $0.tensor) }
      + [("count", Tensor([average.count], shape: [1]))]
  }

  /// Continues from a checkpoint's state; an empty one is that before there is an average.
  func restore(_ state: [String: Tensor]) throws {
    average.count = 0
    guard !state.isEmpty else { return }
    let saved = SavedState(state)
    average.count = try saved.tensor("count", shape: [1]).array(of: Int.self)[0]
    let tensors =
      Array(zip(parameters.map(\.name), average.values))
      + Array(zip(buffers.map(\.name), statistics))
    for (name, tensor) in tensors {
      tensor.overwrite(with: try saved.tensor("weights.\(name)", shape: tensor.shape))
    }
  }
}
