// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

struct MethodCatalogueTests {
  @Test func namesAreUnique() {
    let names = MethodCatalogue.standard.names
    #expect(Set(names).count == names.count)
    #expect(names.contains("joint"))
  }
}
