// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseSettings

struct YAMLReaderTests {
  private func read(_ yaml: String) throws -> [ConfigAssignment] {
    try YAMLReader(source: "run.yaml").assignments(in: yaml)
  }

  private func assignment(_ path: String, _ value: ConfigValue, line: Int) -> ConfigAssignment {
    ConfigAssignment(ConfigPath(dotted: path), value, from: .file("run.yaml", line: line))
  }

  @Test func takesSectionsApartAndKeepsTheLineOfEachKey() throws {
    let yaml = """
      # comment
      data: digits
      training:
        epochs: 5

        optimiser: {type: adam,
          betas: [0.5, 0.9]}
      model:
        encoders:
          audio: {}
          2:
      """
    let section = ConfigValue.mapping(ConfigMapping())
    #expect(
      try read(yaml) == [
        assignment("data", .string("digits"), line: 2),
        assignment("training", section, line: 3),
        assignment("training.epochs", .integer(5), line: 4),
        assignment("training.optimiser", section, line: 6),
        assignment("training.optimiser.type", .string("adam"), line: 6),
        assignment(
          "training.optimiser.betas", .sequence([.double(0.5), .double(0.9)]), line: 7),
        assignment("model", section, line: 8),
        assignment("model.encoders", section, line: 9),
        assignment("model.encoders.audio", section, line: 10),
        assignment("model.encoders.2", .null, line: 11),
      ])
  }

  @Test func quotedScalarsAndTaggedStringsAreText() throws {
    let values = try read("a: '5'\nb: \"true\"\nc: !!str 7\nd: |\n  x\n").map(\.value)
    #expect(values == [.string("5"), .string("true"), .string("7"), .string("x\n")])
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "~"])
  func anEmptyFileSetsNothing(yaml: String) throws {
    #expect(try read(yaml) == [])
  }

  @Test func anchorsStandForWhatTheyName() throws {
    let yaml = """
      a: &base {depth: 1, width: 2}
      b: *base
      c:
        <<: *base
        width: 3
      """
    let read = try read(yaml).map { "\($0.path)=\($0.value.text) \($0.origin)" }
    #expect(
      read == [
        "a={} run.yaml:1", "a.depth=1 run.yaml:1", "a.width=2 run.yaml:1", "b={} run.yaml:2",
        "b.depth=1 run.yaml:1", "b.width=2 run.yaml:1", "c={} run.yaml:3", "c.width=3 run.yaml:5",
        "c.depth=1 run.yaml:1",
      ])
  }

  @Test(arguments: [
    ("a: 1\na: 2\n", "run.yaml:1: duplicate key 'a'; keep one of them"),
    ("1: x\n'1': y\n", "run.yaml:2: duplicate key '1'"),
    ("- 1\n", "run.yaml:1: expected keys and values, found a list; for example 'seed: 1'"),
    ("epochs\n", "run.yaml:1: expected keys and values, found 'epochs'; for example 'seed: 1'"),
    (
      "a: [1\nb: 2\n",
      "run.yaml:2: not valid YAML: did not find expected ',' or ']'; look at column 2"
    ),
    ("a: 'x\n", "run.yaml:2: not valid YAML: found unexpected end of stream; look at column 1"),
    (
      "a:\n\t- b\n",
      "run.yaml:2: not valid YAML: found character that cannot start any token; look at column 1"
    ),
    ("a: *b\n", "run.yaml:1: not valid YAML: found undefined alias; look at column 4"),
    (
      "a: 1\n---\nb: 2\n",
      "run.yaml:2: not valid YAML: but found another document; look at column 1"
    ),
    ("a: \u{1}\n", "run.yaml: not valid YAML: control characters are not allowed"),
    ("? [a, b]\n: 1\n", "run.yaml:1: a key must be one word"),
    (
      "a: !!python/object x\n",
      "run.yaml:1: the tag tag:yaml.org,2002:python/object has no meaning here"
    ),
    ("a: !!set {x}\n", "run.yaml:1: the tag tag:yaml.org,2002:set has no meaning here"),
    ("a: &x [1]\nb: {<<: *x}\n", "run.yaml:1: << takes one section, such as *base"),
  ])
  func refusesWithTheLine(yaml: String, expected: String) {
    #expect(message { _ = try read(yaml) } == expected)
  }

  @Test func refusesAliasesThatMultiply() {
    let levels = (1...8).map {
      "l\($0): &l\($0) [*l\($0 - 1), *l\($0 - 1), *l\($0 - 1), *l\($0 - 1)]"
    }
    let bomb = (["l0: &l0 [x, x, x, x, x, x, x, x]"] + levels).joined(separator: "\n")
    #expect(
      message { _ = try read(bomb) }?.hasSuffix("nested too deeply or too large") == true)
    let many = "a: &a 1\nb: [" + Array(repeating: "*a", count: 33).joined(separator: ", ") + "]"
    #expect(message { _ = try read(many) } == "run.yaml: more than 32 aliases (*name)")
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "])
  func refusesDeepNesting(opening: String) {
    for depth in [40, 20_000] {
      let text = "a:\n  " + String(repeating: opening, count: depth)
      #expect(message { _ = try read(text) } != nil)
    }
    let closed = "a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(message { _ = try read(closed) } == "run.yaml:1: nested too deeply or too large")
  }

  @Test func refusesALargeFile() {
    let text = "a: " + String(repeating: "x", count: 256 << 10)
    #expect(message { _ = try read(text) } == "run.yaml: the file is larger than 256 KiB")
  }

  @Test func refusesAFileThatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    let absent = folder.file("absent.yaml")
    #expect(
      message { _ = try YAMLReader.read(file: absent) }
        == "\(absent): cannot read the file: No such file or directory; check the path")
    let binary = folder.file("binary.yaml")
    try Data([0x61, 0x3a, 0x20, 0xff]).write(to: URL(fileURLWithPath: binary))
    #expect(
      message { _ = try YAMLReader.read(file: binary) }
        == "\(binary): it is not UTF-8; save it as UTF-8")
  }

  /// Any change of bytes ends in a value or an error, never in a trap or a hang.
  @Test func survivesMutatedFiles() throws {
    let text = """
      data: "my digits"
      model: {encoders: {audio: &a {type: mlp, width: 0x10}, visual: *a}, fusion: sum}
      training:
        <<: {epochs: 3}
        optimiser:
          betas: [0.5, 9.99e-1]
        note: |
          text
      """
    var random = RandomStream(seed: 0, "yaml")
    let alphabet = Array("[]{}:,-?&*!|>'\"%@`#<~ \n\t\\0aé\u{0}".utf8)
    var accepted = 0
    for _ in 0..<2_000 {
      var bytes = Array(text.utf8)
      for _ in 0...random.integer(below: 4) {
        let place = random.integer(below: bytes.count)
        let byte = alphabet[random.integer(below: alphabet.count)]
        switch random.integer(below: 3) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.removeSubrange(place..<min(place + 5, bytes.count))
        }
      }
      guard let mutated = String(bytes: bytes, encoding: .utf8) else { continue }
      if (try? read(mutated)) != nil { accepted += 1 }
    }
    #expect((50..<1_950).contains(accepted), "\(accepted) of 2 000")
  }
}
