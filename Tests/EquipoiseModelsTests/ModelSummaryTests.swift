// SPDX-License-Identifier: Apache-2.0
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

struct ModelSummaryTests {
  /// Counted by hand.
  @Test func smallModel() throws {
    let mlp = MLPEncoder(channels: 5, width: 4, depth: 2, from: Generator(seed: 0))
    let conv = Conv1dEncoder(channels: 3, width: 2, depth: 1, kernel: 5, from: Generator(seed: 0))
    let model = try MultimodalModel(
      encoders: [("view", [5], mlp), ("inertial", [8, 3], conv)],
      fusion: ConcatFusion([4, 2], classes: 3, from: Generator(seed: 0)))
    let summary = model.summarize()
    let view = summary.encoders[0]
    #expect(view.modality == "view" && view.inputShape == [5] && view.featureWidth == 4)
    #expect(view.blocks.map(\.name) == ["layers.0", "layers.1"])
    #expect(view.blocks.map(\.outputShape) == [[4], [4]])
    #expect(view.blocks.map(\.multiplyAdds) == [20, 16])
    #expect(view.blocks.map(\.parameters) == [20 + 4 + 8, 16 + 4 + 8])
    let inertial = summary.encoders[1]
    #expect(inertial.blocks.map(\.outputShape) == [[2, 4]])
    #expect(inertial.blocks.map(\.multiplyAdds) == [8 * 2 * 3 * 5])
    #expect(inertial.parameters == 30 + 4)
    #expect(summary.fusion == "concat, 6 → 3")
    #expect(summary.fusionParameters == 21 && summary.fusionMultiplyAdds == 18)
    #expect(summary.parameters == model.parameterCount)
    #expect(summary.multiplyAdds == 36 + 240 + 18)
  }

  /// 1.81 G multiply-adds, as tables of networks have it, without the classifier.
  @Test func resNet18() throws {
    let encoder = ResNet(.resNet18, channels: 3, from: Generator(seed: 0))
    let model = try MultimodalModel(
      encoders: [("visual", [3, 224, 224], encoder)],
      fusion: ConcatFusion([512], classes: 1000, from: Generator(seed: 0)))
    let summary = model.summarize()
    #expect(summary.multiplyAdds == 1_814_073_344)
    #expect(
      summary.encoders[0].blocks.map(\.outputShape)
        == [[64, 56, 56], [128, 28, 28], [256, 14, 14], [512, 7, 7]])
    #expect(summary.encoders[0].architecture == "ResNet-18, width 64")
  }

  @Test func measuringLeavesNoTrace() throws {
    let encoder = ResNet(.resNet18, channels: 1, width: 2, from: Generator(seed: 0))
    let model = try MultimodalModel(
      encoders: [("visual", [3, 1, 32, 32], encoder)],
      fusion: ConcatFusion([16], classes: 2, from: Generator(seed: 0)))
    let before = model.state.map { $0.tensor.cloned() }
    let summary = model.summarize()
    #expect(zip(model.state, before).allSatisfy { isEqual($0.tensor, $1) })
    #expect(summary.encoders[0].blocks[3].outputShape == [3, 16, 1, 1])
  }
}
