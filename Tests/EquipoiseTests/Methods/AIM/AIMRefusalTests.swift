// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// What AIM refuses before training starts, with the sentence for it.
struct AIMRefusalTests {
  private func refusal(_ change: (inout AIMConfiguration) -> Void) throws -> String? {
    let tiny = try AIMRunTests.tiny(change)
    return message { _ = try tiny.run("run") }
  }

  @Test func aStartAfterTheLastEpoch() throws {
    #expect(
      try refusal { $0.startEpoch = 3 }
        == "method.startEpoch: modulation starts at epoch 3 (counting from 0), but training ends "
        + "after 3; choose an epoch below 3, or lambda=0 to only measure")
  }

  @Test func oneModality() throws {
    let tiny = try AIMRunTests.tiny()
    tiny.configuration.modalities = ["image"]
    tiny.configuration.model.encoders = NamedSections()
    tiny.configuration.model.encoders["image"] = TestEncoders.tinyImage
    #expect(
      message { _ = try tiny.run("run") }
        == "modalities: AIM balances modalities, and this model has only 'image'; use two or more, "
        + "or --method unimodal")
  }

  @Test func unequalDepths() throws {
    let tiny = try AIMRunTests.tiny()
    tiny.configuration.model.encoders["vector"] = TinyRun.vector(depth: 2)
    #expect(
      message { _ = try tiny.run("run") }
        == "model.encoders: AIM compares modalities depth by depth, but encoder 'image' has 4 "
        + "depths and 'vector' has 2; give all encoders equally many blocks, such as depth: 4")
  }

  @Test func coupledEncoders() throws {
    let tiny = try AIMRunTests.tiny()
    tiny.configuration.model.coupling = .mmtm
    #expect(
      message { _ = try tiny.run("run") }
        == "model.coupling: AIM runs and judges the blocks of each encoder alone, and MMTM modules join "
        + "them; set model.coupling=none")
  }

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

  @Test(arguments: [
    ("lambda=-1", "--set: method.lambda is -1.0; expected at least 0.0"),
    (
      "decoupling.latentWidth=0", "--set: method.decoupling.latentWidth is 0; expected at least 1"
    ),
    ("startEpoch=-1", "--set: method.startEpoch is -1; expected at least 0"),
    (
      "preset=fats",
      "--set: method.preset is 'fats'; did you mean 'fast'?"
    ),
    (
      "prototypes.distance=cosine",
      "--set: method.prototypes.distance is 'cosine'; choose from 'normalised', 'raw', "
        + "'spatialMean'"
    ),
  ])
  func settingsOutOfRange(setting: String, expected: String) {
    let text = message {
      _ = try RunConfiguration.resolve(
        sets: ["data=d", "method.name=aim", "method." + setting], catalogue: .standard)
    }
    #expect(text == expected)
  }

  @Test func nothingToModulate() throws {
    let text = try refusal {
      $0.originalBlocks = false
      $0.parameterModulation = false
    }
    #expect(text?.contains("without original and without auxiliary blocks nothing") == true)
    let both = try refusal {
      $0.prototypes.passInterval = 2
      $0.prototypes.classesPerStep = 1
    }
    #expect(both?.contains("use either passInterval or classesPerStep") == true)
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

  @Test func aRunOfAnotherMethod() throws {
    let tiny = try AIMRunTests.tiny()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.method = MethodSection()
    let text = message { try tiny.train("run", resume: .auto) }
    #expect(text?.contains("method.name: joint, not aim") == true, "\(text ?? "no error")")
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

/// Encoders of the tiny run.
private enum TestEncoders {
  static let tinyImage = EncoderSection.resnet18(width: 2, smallImageStem: true)
}
