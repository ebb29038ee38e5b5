// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseFormats
@testable import EquipoisePreparation
@testable import EquipoiseRecipes

struct PrincipalComponentsTests {
  @Test func principalComponentsMatchScikitLearn() throws {
    let golden = try DataGolden()
    let vectors = Tensor(try golden.array("vectors"))
    let components = PrincipalComponents(vectors, share: 0.9)
    #expect(try golden.array("vectors/count").int64s() == [Int64(components.count)])
    let reduced = components.reduced(vectors).floats()
    let expected = try golden.array("vectors/reduced").floats()
    #expect(zip(reduced, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(PrincipalComponents(vectors, share: 1).count == 6)
    #expect(PrincipalComponents(vectors, share: 0.01).count == 1)
  }
}
