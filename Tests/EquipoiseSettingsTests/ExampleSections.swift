// SPDX-License-Identifier: Apache-2.0

@testable import EquipoiseSettings

/// A section with a property of every kind.
struct ExampleSection: ConfigurationSection {
  var count = 3
  var small: UInt8 = 7
  var rate = 0.5
  var share: Float = 0.25
  var enabled = false
  var title = "none"
  var limit: Int?
  var choice = ExampleChoice.first
  var list = [1, 2]
  var names: [String]?
  var inner = InnerSection()
  var parts = NamedSections<InnerSection>()
}

struct InnerSection: ConfigurationSection {
  var depth = 1
  var ratio: Double?
}

enum ExampleChoice: String, ConfigurationChoice {
  case first
  case second
}

/// The example section after a YAML text and `--set` arguments.
func resolveExample(_ yaml: String = "", sets: [String] = []) throws -> ExampleSection {
  let file = try YAMLReader(source: "run.yaml").assignments(in: yaml)
  return try ConfigResolver<ExampleSection>()
    .resolve(file + sets.flatMap(ConfigAssignment.parse(set:))).configuration
}
