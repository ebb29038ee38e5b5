// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseModels
@testable import EquipoiseTraining

struct ConditionalUtilisationTests {
  /// Two coupled branches of two blocks, so that one module joins them: what it sees of a branch
  /// depends on that branch's input alone.
  private func model() throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    (configuration.coupling, configuration.fusion) = (.mmtm, .sum)
    for name in ["a", "v"] { configuration.encoders[name] = .mlp(width: 8, depth: 2) }
    return try ModelFactory.makeModel(
      modalities: [("a", [7]), ("v", [5])], classes: 3, configuration: configuration, seed: 3)
  }

  private func batch(_ inputs: [Tensor], _ labels: [Int64]) -> Batch {
    Batch(inputs: inputs, labels: Tensor(labels), indices: Array(labels.indices))
  }

  /// With one training sample the means are its squeezes, so that a branch without the others is the
  /// branch beside that sample's other input.
  @Test func cutBranchSeesTheTrainingMean() throws {
    let model = try model()
    let generator = Generator(seed: 1)
    let fixed: [Tensor] = [.normal([1, 7], from: generator), .normal([1, 5], from: generator)]
    // Inputs of this size make the gates matter.
    let inputs: [Tensor] = [
      Tensor.normal([600, 7], from: generator) * 20, Tensor.normal([600, 5], from: generator) * 20,
    ]
    let labels = (0..<600).map { Int64($0 % 3) }
    let rates = try ConditionalUtilisation(model).rates(
      training: { try $0(batch(fixed, [0])) }, test: { try $0(batch(inputs, labels)) })
    for branch in 0..<2 {
      let live = correct(model, inputs, branch, labels)
      var mixed = inputs
      mixed[1 - branch] = fixed[1 - branch].expanded(inputs[1 - branch].shape)
      let cut = correct(model, mixed, branch, labels)
      #expect(live != cut, "the case shows nothing")
      #expect(rates[model.modalities[branch]] == Double(live - cut) / Double(live))
    }
  }

  /// The means are over samples: unequal batches of the training split are the whole of it.
  @Test func theMeansAreOverSamplesNotBatches() throws {
    let model = try model()
    let generator = Generator(seed: 2)
    let training = [Tensor.normal([6, 7], from: generator), .normal([6, 5], from: generator)]
      .map { $0 * 20 }
    let inputs = [Tensor.normal([600, 7], from: generator), .normal([600, 5], from: generator)]
      .map { $0 * 20 }
    let labels = (0..<600).map { Int64($0 % 3) }
    func rates(_ ranges: [Range<Int>]) throws -> [String: Double?] {
      try ConditionalUtilisation(model).rates(
        training: { body in
          for range in ranges {
            try body(batch(training.map { $0.slice(range) }, range.map { _ in 0 }))
          }
        }, test: { try $0(batch(inputs, labels)) })
    }
    let whole = try rates([0..<6])
    #expect(try rates([0..<5, 5..<6]) == whole)
    #expect(try rates([5..<6]) != whole, "the case shows nothing")
  }

  private func correct(
    _ model: MultimodalModel, _ inputs: [Tensor], _ branch: Int, _ labels: [Int64]
  ) -> Int {
    withoutGradient {
      let features = model.forward(inputs, .evaluation).features
      let logits = model.fusion.ownLogits(branch, of: features[branch])
      let predicted = logits?.argmax(1).array(of: Int64.self) ?? []
      return zip(predicted, labels).count { $0 == $1 }
    }
  }

  @Test func nothingCorrectHasNoRate() {
    #expect(ConditionalUtilisation.rate(live: 8, cut: 6) == 0.25)
    #expect(ConditionalUtilisation.rate(live: 4, cut: 5) == -0.25)
    #expect(ConditionalUtilisation.rate(live: 0, cut: 3) == nil)
  }

  @Test func modelWithoutCouplingIsRefused() throws {
    let plain = try ModelFactory.makeModel(
      modalities: [("a", [7]), ("v", [5])], classes: 3, configuration: ModelConfiguration(), seed: 0
    )
    let refusal = ConditionalUtilisation.refusal(of: plain)
    #expect(refusal?.remedy?.contains("model.coupling=mmtm") == true)
    #expect(ConditionalUtilisation.refusal(of: try model()) == nil)
  }
}
