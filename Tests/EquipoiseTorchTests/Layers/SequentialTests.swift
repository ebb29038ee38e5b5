// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct SequentialTests {
  @Test func namesAreIndices() {
    let stream = Generator(seed: 1)
    let chain = Sequential([
      Linear(2, 3, from: stream), ReLU(), Sequential([BatchNorm(3), Linear(3, 1, from: stream)]),
    ])
    #expect(
      chain.namedParameters.map(\.name) == [
        "0.weight", "0.bias", "2.0.weight", "2.0.bias", "2.1.weight", "2.1.bias",
      ])
    #expect(chain.namedModules.map(\.name) == ["", "0", "1", "2", "2.0", "2.1"])
  }

  @Test func withoutLayersIsTheIdentity() {
    let x = Tensor([Float(1), 2])
    #expect(Sequential([])(x, .evaluation).isSame(as: x))
  }
}
