// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Testing

@testable import EquipoiseSettings

struct ConfigResolverTests {
  @Test func defaultsStandWithoutAnySource() throws {
    #expect(try resolveExample() == ExampleSection())
  }

  @Test func everyKindOfPropertyCanBeSet() throws {
    let yaml = """
      count: 4
      small: 255
      rate: 2
      share: 0.75
      enabled: true
      title: some text
      limit: 9
      choice: second
      list: [5]
      names: [a, b]
      inner: {depth: 2, ratio: 1e-3}
      parts: {x: {depth: 3}, y: }
      """
    var expected = ExampleSection()
    (expected.count, expected.small, expected.rate, expected.share) = (4, 255, 2, 0.75)
    (expected.enabled, expected.title, expected.limit) = (true, "some text", 9)
    (expected.choice, expected.list, expected.names) = (.second, [5], ["a", "b"])
    (expected.inner.depth, expected.inner.ratio) = (2, 1e-3)
    expected.parts = NamedSections(["x": InnerSection(depth: 3), "y": InnerSection()])
    #expect(try resolveExample(yaml) == expected)
  }

  @Test func aLaterSourceBeatsAnEarlierOne() throws {
    let section = try resolveExample(
      "count: 1\nlimit: 1\nlist: [7, 8, 9]\n", sets: ["count=2", "count=3", "limit=", "list=[0]"])
    #expect(section.count == 3)
    #expect(section.limit == nil)
    #expect(section.list == [0])
  }

  @Test func setCreatesAndExtendsNamedSections() throws {
    let section = try resolveExample(
      "parts: {x: {depth: 3}}", sets: ["parts.x.ratio=0.5", "parts.new={depth: 4}"])
    #expect(
      section.parts
        == NamedSections(["x": InnerSection(depth: 3, ratio: 0.5), "new": InnerSection(depth: 4)]))
  }

  @Test func setValuesMayHoldEqualsSigns() throws {
    #expect(try resolveExample(sets: ["title=a=b"]).title == "a=b")
  }

  @Test(arguments: [
    ("cuont: 1", "run.yaml:1: unknown key 'cuont'; did you mean 'count'?"),
    (
      "inner:\n  width: 1",
      "run.yaml:2: unknown key 'inner.width'; choose from 'depth', 'ratio'"
    ),
    ("parts:\n  a:\n    dept: 1", "run.yaml:3: unknown key 'parts.a.dept'; did you mean 'depth'?"),
    ("count: many", "run.yaml:1: count is 'many'; expected an integer"),
    ("count: 1.5", "run.yaml:1: count is 1.5; expected an integer"),
    ("count:", "run.yaml:1: count is empty; expected an integer"),
    ("count: {a: 1}", "run.yaml:1: count is a section; expected one value"),
    ("limit: {}", "run.yaml:1: limit is a section; expected one value"),
    (
      "inner.depth: 1",
      "run.yaml:1: unknown key 'inner.depth'; choose from 'choice', 'count', 'enabled', 'inner', 'limit', 'list', 'names', 'parts' and 4 more"
    ),
    ("iner:\n  depth: 1", "run.yaml:1: unknown key 'iner'; did you mean 'inner'?"),
    ("small: 256", "run.yaml:1: small is 256; expected an integer from 0 to 255"),
    ("rate: fast", "run.yaml:1: rate is 'fast'; expected a number"),
    ("rate: .nan", "run.yaml:1: rate is nan; expected a finite number"),
    ("rate: 1e999", "run.yaml:1: rate is inf; expected a finite number"),
    ("enabled: yes", "run.yaml:1: enabled is 'yes'; expected true or false"),
    ("enabled: 1", "run.yaml:1: enabled is 1; expected true or false"),
    ("title: 2024", "run.yaml:1: title is 2024; expected text: write it in quotes"),
    ("title: [a]", "run.yaml:1: title is a list; expected text"),
    ("choice: secnd", "run.yaml:1: choice is 'secnd'; did you mean 'second'?"),
    ("choice: third", "run.yaml:1: choice is 'third'; choose from 'first', 'second'"),
    ("choice: 1", "run.yaml:1: choice is 1; expected first or second"),
    ("list: 3", "run.yaml:1: list is 3; expected a list, such as [a, b]"),
    ("list:\n  - 1\n  - x", "run.yaml:1: list[1] is 'x'; expected an integer"),
    ("names: [a, {b: c}]", "run.yaml:1: names[1] is a section; expected text"),
    ("inner: 3", "run.yaml:1: inner is 3; expected a section"),
    ("parts: [x]", "run.yaml:1: parts is a list; expected a section"),
    ("parts:\n  x: mlp", "run.yaml:2: parts.x is 'mlp'; expected a section"),
  ])
  func refusesNamingKeyValueAndExpectation(yaml: String, expected: String) {
    #expect(message { _ = try resolveExample(yaml) } == expected)
  }

  @Test(arguments: [
    ("counts=1", "settings: unknown key 'counts'; did you mean 'count'?"),
    (
      "inner..depth=1",
      "settings: unknown key 'inner.'; did you mean 'inner.depth' or 'parts.NAME.depth'?"
    ),
    ("count", "settings count: not of the form KEY=VALUE; for example: training.epochs=10"),
    ("=1", "settings =1: not of the form KEY=VALUE; for example: training.epochs=10"),
    (
      "list=[1",
      "settings list=[1: not valid YAML: did not find expected ',' or ']'"
    ),
  ])
  func refusesABadSet(argument: String, expected: String) {
    #expect(message { _ = try resolveExample(sets: [argument]) } == expected)
  }

  @Test func differencesNameBothValues() throws {
    var changed = ExampleSection()
    changed.count = 4
    changed.names = ["a b"]
    changed.parts["x"] = InnerSection()
    #expect(
      try changed.differences(from: ExampleSection()) == [
        "count: 4, not 3", "names: [\"a b\"], not null", "parts.x.depth: 1, not absent",
        "parts.x.ratio: null, not absent", "parts.x: {}, not absent",
      ])
    #expect(try changed.differences(from: changed) == [])
  }
}
