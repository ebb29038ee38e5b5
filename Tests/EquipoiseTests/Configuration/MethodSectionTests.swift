import Testing

import Equipoise
@testable import EquipoiseMethods
@testable import EquipoiseTraining

struct MethodSectionTests {
  private func resolve(_ sets: [String]) throws -> MethodSection {
    try RunConfiguration.resolve(sets: ["data=d"] + sets, methods: exampleMethods())
      .configuration.method
  }

  @Test func theNameChoosesTheSettings() throws {
    let method = try resolve(["method.alpha=2", "method.name=ogm"])
    var expected = ExampleMethodSettings()
    expected.alpha = 2
    #expect(try method == MethodSection(name: "ogm", configuration: expected))
    #expect(try method.decode(as: ExampleMethodSettings.self) == expected)
    #expect(try resolve([]) == MethodSection())
  }

  @Test(arguments: [
    (["method.name=onm"], "--set: method.name is 'onm'; did you mean 'ogm'?"),
    (["method.name=pmr"], "--set: method.name is 'pmr'; choose from 'joint', 'ogm'"),
    (["method.alpha=1"], "--set: unknown key 'method.alpha'; choose from 'name'"),
    (
      ["method.name=ogm", "method.alhpa=1"],
      "--set: unknown key 'method.alhpa'; did you mean 'alpha'?"
    ),
    (["method.name=ogm", "method.alpha=x"], "--set: method.alpha is 'x'; expected a number"),
    (
      ["method.name=ogm", "method.window=[a]"],
      "--set: method.window[0] is 'a'; expected an integer"
    ),
    (["method.name=ogm", "method.alpha=-1"], "--set: method.alpha is -1.0; expected at least 0.0"),
    (["method=ogm"], "--set: method is 'ogm'; expected a section: set method.name"),
  ])
  func refusesWrongNamesAndSettings(sets: [String], expected: String) {
    #expect(message { _ = try resolve(sets) } == expected)
  }

  @Test func decodingAsAnotherTypeNamesTheUnknownKey() throws {
    let method = try MethodSection(name: "ogm", configuration: ExampleMethodSettings())
    #expect(
      message { _ = try method.decode(as: NoSettings.self) }
        == "unknown key 'method.alpha'; there is none to choose from")
  }
}
