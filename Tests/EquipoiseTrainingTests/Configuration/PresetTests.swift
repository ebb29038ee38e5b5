// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTestSupport
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

/// Presets of a method: other defaults, which every key that is given beats.
struct PresetTests {
  private func resolve(_ sets: [String]) throws -> AIMConfiguration? {
    try RunConfiguration.resolve(
      sets: ["data=d", "method.name=aim"] + sets, catalogue: .standard
    ).configuration.method.settings as? AIMConfiguration
  }

  @Test(arguments: AIMPreset.allCases) func aPresetIsItsSettings(_ preset: AIMPreset) throws {
    #expect(try resolve(["method.preset=\(preset.rawValue)"]) == .settings(of: preset))
  }

  @Test func withoutOneTheDefaultsHold() throws {
    #expect(try resolve([]) == AIMConfiguration())
  }

  @Test func otherKeysBeatThePresetInAnyOrder() throws {
    var expected = AIMConfiguration.settings(of: .paperLiteral)
    expected.taskLossWeight = 0.5
    expected.prototypes.start = .classMeans
    let sets = ["method.taskLossWeight=0.5", "method.prototypes.start=classMeans"]
    #expect(try resolve(sets + ["method.preset=paper-literal"]) == expected)
    #expect(try resolve(["method.preset=paper-literal"] + sets) == expected)
  }

  @Test func aSavedConfigurationIsReadBack() throws {
    let folder = try TemporaryFolder()
    let yaml = try RunConfiguration.resolve(
      sets: ["data=d", "method.name=aim", "method.preset=fast", "method.lambda=3"],
      catalogue: .standard
    ).yaml(withOrigins: false)
    let file = try folder.write(yaml, to: "run.yaml")
    let read = try RunConfiguration.resolve(file: file, catalogue: .standard)
    var expected = AIMConfiguration.settings(of: .fast)
    expected.lambda = 3
    #expect(read.configuration.method == MethodSection(AIM.self, expected))
  }
}
