// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch

@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// Settings of a method for tests.
struct ExampleMethodSettings: ConfigurationSection, RangeChecking {
  var alpha = 0.3
  var window: [Int]?

  func check(at path: ConfigPath) throws { try path.check("alpha", alpha, .atLeast(0)) }
}

/// Everything of the library but its methods, of which there are two.
func exampleTable() throws -> SectionTable {
  var table = SectionTable()
  try ModelCatalogue.standard.add(to: &table)
  try TrainingCatalogue.standard.add(to: &table)
  try table.add(to: MethodFamily.self, "joint", Joint.Configuration.self)
  try table.add(to: MethodFamily.self, "ogm", ExampleMethodSettings.self)
  return table
}
