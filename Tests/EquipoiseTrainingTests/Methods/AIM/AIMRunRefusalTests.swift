// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// What AIM refuses before a run starts, with the sentence for it.
struct AIMRunRefusalTests {
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
        + "or method.name=unimodal")
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

  @Test(arguments: [
    ("lambda=-1", "settings: method.lambda is -1.0; expected at least 0.0"),
    (
      "decoupling.latentWidth=0",
      "settings: method.decoupling.latentWidth is 0; expected at least 1"
    ),
    ("startEpoch=-1", "settings: method.startEpoch is -1; expected at least 0"),
    (
      "preset=fats",
      "settings: method.preset is 'fats'; did you mean 'fast'?"
    ),
    (
      "prototypes.distance=cosine",
      "settings: method.prototypes.distance is 'cosine'; choose from 'normalised', 'raw', "
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

  @Test func aRunOfAnotherMethod() throws {
    let tiny = try AIMRunTests.tiny()
    try tiny.train("run", maxSteps: 1)
    tiny.configuration.method = MethodSection()
    let text = message { try tiny.train("run", resume: .auto) }
    #expect(text?.contains("method.name: joint, not aim") == true, "\(text ?? "no error")")
  }
}

/// Encoders of the tiny run.
private enum TestEncoders {
  static let tinyImage = EncoderSection.resnet18(width: 2, smallImageStem: true)
}
