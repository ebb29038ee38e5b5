// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What AIM refuses before training starts, with the sentence for it.
struct AIMRefusalTests {
  @Test func oneClassAndClassesWithoutSamples() throws {
    let model = try AIMGolden(.sequence, "default", AIMConfiguration()).model
    func refusal(_ samples: [Int]) -> String? {
      message {
        _ = try AIM(
          AIMConfiguration(),
          for: MethodSetting(
            model: model, classes: samples.count, epochs: 3, device: .cpu, seed: 0,
            samplesPerClass: samples))
      }
    }
    #expect(
      refusal([5])
        == "AIM compares the prototypes of classes, and the dataset has one class; use data with "
        + "two classes or more")
    #expect(
      refusal([5, 0, 2])
        == "class 1 has no training samples, so that there is no mean for its prototype; add "
        + "samples of it or prepare the dataset without it")
  }

  @Test func wholeLayersOfALargeNetworkWithTheBytes() throws {
    let encoder = ResNet(.resNet18, channels: 1, from: Generator(seed: 0))
    let other = ResNet(.resNet18, channels: 3, from: Generator(seed: 1))
    let model = try MultimodalModel(
      encoders: [("audio", [1, 64, 64], encoder), ("visual", [3, 64, 64], other)],
      fusion: ConcatFusion([512, 512], classes: 2, from: Generator(seed: 2)))
    var settings = AIMConfiguration()
    settings.decoupling.granularity = .layer
    let setting = MethodSetting(
      model: model, classes: 2, epochs: 30, device: .cpu, seed: 0, samplesPerClass: [1, 1])
    let text = message { _ = try AIM(settings, for: setting) }
    // 22.3 M numbers × 512 × 2 maps × 4 bytes × 3 (Adam), and gradients of the largest block.
    let bytes = text?.split(separator: " ").compactMap { Int($0) }.first ?? 0
    #expect(bytes > 270_000_000_000 && bytes < 320_000_000_000, "\(text ?? "no error")")
    #expect(text?.hasSuffix("use granularity=row") == true)
  }

  @Test func aStateThatDoesNotFit() throws {
    let golden = try AIMGolden(.sequence, "default", AIMConfiguration())
    var state = Dictionary(uniqueKeysWithValues: golden.aim.state.map { ($0.name, $0.tensor) })
    state["means.audio"] = nil
    #expect(
      message { try golden.aim.restore(state) }
        == "the method's saved state does not fit: 'means.audio' is missing; use the configuration "
        + "it was saved with")
    state["means.audio"] = .zeros([3, 5, 4])
    let text = message { try golden.aim.restore(state) }
    #expect(text?.contains("'means.audio' is [3, 5, 4], not [3, 5, 3]") == true)
  }
}
