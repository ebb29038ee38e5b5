// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

import EquipoiseSettings
import EquipoiseTraining
@testable import EquipoiseExperiments
@testable import EquipoiseMethods
@testable import EquipoiseModels

/// The parts of the estimate, for one modality of 5 numbers, an MLP of one layer of 4 units, 2 classes.
struct MemoryEstimateTests {
  private func estimate(
    _ method: MethodResources? = nil,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> [String: Int] {
    var configuration = ModelConfiguration()
    configuration.encoders["x"] = .mlp(width: 4, depth: 1)
    let model = try ModelFactory.makeModel(
      modalities: [("x", [5])], classes: 2, configuration: configuration, seed: 0)
    var training = TrainingConfiguration()
    training.batchSize = 8
    change(&training)
    let estimate = MemoryEstimate(model.summarize(), training, method: method)
    let parts = try JSONDecoder().decode(
      [String: Int].self, from: JSONEncoder().encode(estimate))
    return parts.merging(["total": estimate.total]) { $1 }
  }

  @Test func partsAndTotal() throws {
    // 5·4 + 4 of the layer, 2·4 of its normalisation, 4·2 + 2 of the head: 42 numbers of 4 bytes.
    let sgd = try estimate()
    #expect(sgd["weights"] == 168 && sgd["gradients"] == 168 && sgd["optimiser"] == 168)
    // 20 numbers for each of 4 outputs of 8 samples.
    #expect(sgd["activations"] == 4 * 20 * 4 * 8)
    #expect(sgd["total"] == 3 * 168 + 2560)
    #expect(try estimate { $0.optimiser = .sgd(momentum: 0) }["optimiser"] == 0)
    let adams = [OptimiserSection(AdamConfiguration()), OptimiserSection(AdamWConfiguration())]
    for adam in adams { #expect(try estimate { $0.optimiser = adam }["optimiser"] == 336) }
  }

  @Test func whatAMethodKeepsIsCounted() throws {
    let (plain, held) = (
      try estimate(),
      try estimate(MethodResources(memory: 1000, multiplyAddsPerSample: 1, heldPasses: 3))
    )
    #expect(held["method"] == 1000 && plain["method"] == 0)
    #expect(held["activations"] == 3 * 2560)
    #expect(held["total"] == 3 * 168 + 3 * 2560 + 1000)
  }
}
