// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct InitializerTests {
  @Test(
    "equals torch.nn.init",
    arguments: [
      ("kaiming_normal", [4, 3, 3, 3], Initializer.kaimingNormal(.fanOut)),
      ("kaiming_uniform", [4, 3, 3, 3], .kaimingUniform(.fanIn)),
      ("xavier_normal", [6, 9], .xavierNormal), ("xavier_uniform", [6, 9], .xavierUniform),
    ])
  func golden(_ name: String, _ shape: [Int], _ initializer: Initializer) throws {
    let drawn = initializer(shape, from: Generator(seed: 1234))
    expectClose(drawn, try Golden("random")(name), tolerance: 1e-6)
  }

  @Test func constantsAndPlainDistributions() {
    let stream = Generator(seed: 1)
    #expect(Initializer.zeros([2], from: stream).floats() == [0, 0])
    #expect(Initializer.ones([2], from: stream).floats() == [1, 1])
    let uniform = Initializer.uniform(bound: 0.5)([20_000], from: stream)
    #expect(uniform.magnitude().maximum(over: [0]).item() <= 0.5)
    #expect(abs(uniform.standardDeviation(over: [0], correction: 0).item() - 0.2887) < 0.005)
    let normal = Initializer.normal(deviation: 3)([20_000], from: stream)
    #expect(abs(normal.standardDeviation(over: [0], correction: 0).item() - 3) < 0.08)
  }

  @Test func layersStartByTheirRules() {
    let stream = Generator(seed: 1)
    let conv = Conv2d(64, 64, kernel: 3, from: stream)
    let deviation = conv.weight.leaf.standardDeviation(over: [0, 1, 2, 3], correction: 0).item()
    #expect(abs(deviation - (2.0 / (9 * 64)).squareRoot()) < 0.001)
    let linear = Linear(300, 100, from: stream)
    let spread = linear.weight.leaf.standardDeviation(over: [0, 1], correction: 0).item()
    #expect(abs(spread - (2.0 / 400).squareRoot()) < 0.001)
    for bias in [conv.bias, linear.bias] {
      #expect(bias?.leaf.floats().allSatisfy { $0 == 0 } == true)
    }
  }
}
