// SPDX-License-Identifier: Apache-2.0
import EquipoiseRunTestSupport
import EquipoiseSettings
import EquipoiseTestSupport
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseTraining

struct MethodSectionTests {
  private func resolve(_ sets: [String]) throws -> MethodSection {
    try RunConfiguration.resolve(sets: ["data=d"] + sets, table: exampleTable())
      .configuration.method
  }

  @Test func theNameChoosesTheSettings() throws {
    let method = try resolve(["method.alpha=2", "method.name=ogm"])
    var expected = ExampleMethodSettings()
    expected.alpha = 2
    #expect(method == MethodSection(name: "ogm", settings: expected))
    #expect(method.settings as? ExampleMethodSettings == expected)
    #expect(try resolve([]) == MethodSection())
  }

  @Test(arguments: [
    (["method.name=onm"], "settings: method.name is 'onm'; did you mean 'ogm'?"),
    (["method.name=pmr"], "settings: method.name is 'pmr'; choose from 'joint', 'ogm'"),
    (
      ["method.alpha=1"],
      "settings: 'method.alpha' does not apply to the method 'joint'; it belongs to 'ogm'; 'joint' has "
        + "no settings"
    ),
    (["method.lambda=1"], "settings: unknown key 'method.lambda'; choose from 'name'"),
    (
      ["method.name=ogm", "method.alhpa=1"],
      "settings: unknown key 'method.alhpa'; did you mean 'alpha'?"
    ),
    (["method.name=ogm", "method.alpha=x"], "settings: method.alpha is 'x'; expected a number"),
    (
      ["method.name=ogm", "method.window=[a]"],
      "settings: method.window[0] is 'a'; expected an integer"
    ),
    (
      ["method.name=ogm", "method.alpha=-1"],
      "settings: method.alpha is -1.0; expected at least 0.0"
    ),
    (["method=onm"], "settings: method is 'onm'; did you mean 'ogm'?"),
    (["method=2"], "settings: method is 2; expected joint or ogm"),
    (["method=[ogm]"], "settings: method is a list; expected a section"),
  ])
  func refusesWrongNamesAndSettings(sets: [String], expected: String) {
    #expect(message { _ = try resolve(sets) } == expected)
  }

  /// A name without its own settings is not the section of a method.
  @Test func settingsOfAnotherMethodAreRefused() throws {
    let tiny = try TinyRun()
    tiny.configuration.method = MethodSection(name: "ogm", settings: AIMConfiguration())
    #expect(
      message { _ = try tiny.run("run") }
        == "method: the settings are not those of the method 'ogm'; make the section of the method "
        + "and its own settings")
  }
}
