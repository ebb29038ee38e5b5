// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// A copy of everything that training changes, to go back to.
struct Snapshot {
  private let parameters: [(Parameter, Tensor)]
  private let buffers: [(Buffer, Tensor)]
  private let statistics: [String: Tensor]
  private let learningRate: Double
  private let optimizer: any Optimizer

  /// Copies what an optimiser trains, its statistics and a model's buffers.
  init(of model: MultimodalModel, _ optimizer: any Optimizer) {
    self.optimizer = optimizer
    parameters = optimizer.parameters.map { ($0.parameter, $0.parameter.leaf.detached().cloned()) }
    buffers = model.namedBuffers.map { ($0.buffer, $0.buffer.value.cloned()) }
    statistics = Dictionary(
      uniqueKeysWithValues: optimizer.state.map { ($0.name, $0.tensor.cloned()) })
    learningRate = optimizer.learningRate
  }

  /// The optimiser's statistics as before its first step.
  var freshStatistics: [String: Tensor] { statistics.mapValues { $0.zerosLike() } }

  /// Puts everything back.
  func restore() throws {
    for (parameter, tensor) in parameters { parameter.assign(tensor) }
    for (buffer, tensor) in buffers { buffer.assign(tensor) }
    try optimizer.restore(statistics)
    optimizer.learningRate = learningRate
  }
}
