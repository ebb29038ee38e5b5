// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels

/// What a modality says on its own, by task and fusion.
struct UnimodalOutputsTests {
  private func setting(_ fusion: FusionSection, _ task: LearningTask) throws -> MethodSetting {
    var configuration = ModelConfiguration()
    configuration.fusion = fusion
    for name in ["a", "b", "c"] { configuration.encoders[name] = .mlp(width: 4, depth: 1) }
    let model = try ModelFactory.makeModel(
      modalities: [("a", [2]), ("b", [3]), ("c", [2])], classes: 2, configuration: configuration,
      seed: 0)
    let scale =
      task == .regression
      ? TargetScale(means: [0, 0], deviations: [1, 1], device: .cpu) : nil
    return MethodSetting(
      model: model, classes: 2, epochs: 1, device: .cpu, seed: 0,
      objective: Objective(task, loss: ElementLoss { $0.squaredErrors($1) }, scale: scale))
  }

  private func features(_ setting: MethodSetting) -> [Tensor] {
    let generator = Generator(seed: 1)
    return setting.model.fusion.featureWidths.map { Tensor.normal([5, $0], from: generator) }
  }

  /// A regression's fused number is the mean of what the modalities say: three times a part of a third.
  @Test(arguments: [FusionSection.concatenation, .sum, .shared])
  func theFusedNumberIsTheMean(fusion: FusionSection) throws {
    let setting = try setting(fusion, .regression)
    let features = features(setting)
    let own = setting.unimodalOutputs(features)
    let mean = Tensor.sum(of: own) / 3
    // Sums of a dozen products in single precision.
    #expect(isClose(mean, setting.model.fusion.logits(features), tolerance: 1e-5))
  }

  @Test(arguments: [LearningTask.classification, .multilabel])
  func logitsAreTheParts(task: LearningTask) throws {
    let setting = try setting(.sum, task)
    let features = features(setting)
    let parts = setting.model.fusion.unimodalLogits(features)
    #expect(zip(setting.unimodalOutputs(features), parts).allSatisfy(isEqual))
  }

  /// FiLM's logits are no sum of parts: the others' features are zero.
  @Test func withoutPartsTheOthersAreZero() throws {
    let setting = try setting(.film, .regression)
    let features = features(setting)
    let zeroOuts = setting.model.fusion.zeroOutLogits(features)
    #expect(zip(setting.unimodalOutputs(features), zeroOuts).allSatisfy(isEqual))
  }
}
