import Testing
import Torch

import Equipoise
@testable import EquipoiseMethods

/// Two steps of each update rule by hand, from θ = 1, with every setting away from its default.
struct OptimiserFactoryTests {
  private func after(
    _ gradient: Double, steps: Int, _ change: (inout OptimiserConfiguration) -> Void
  ) -> Double {
    var configuration = OptimiserConfiguration()
    (configuration.learningRate, configuration.weightDecay) = (0.1, 0.1)
    (configuration.betas, configuration.epsilon) = ([0.5, 0.75], 0.1)
    change(&configuration)
    let parameter = Parameter(Tensor([1.0]))
    let optimizer = configuration.makeOptimizer([(name: "w", parameter: parameter)])
    for _ in 0..<steps { optimizer.step(gradients: [Tensor([gradient])]) }
    return parameter.leaf.item()
  }

  @Test func sgd() {
    // g = 0.5 + 0.1 θ; v = 0.6, then 0.8 · 0.6 + 0.594 = 1.074.
    let change: (inout OptimiserConfiguration) -> Void = { ($0.type, $0.momentum) = (.sgd, 0.8) }
    #expect(abs(after(0.5, steps: 1, change) - 0.94) < 1e-12)
    #expect(abs(after(0.5, steps: 2, change) - 0.8326) < 1e-12)
  }

  @Test func adamAddsDecayToTheGradient() {
    // g = 0.1 θ. Step 1: 0.1 / (0.1 + ε) = ½. Step 2: m = 0.0725 / 0.75, s = 0.00413125 / 0.4375.
    #expect(abs(after(0, steps: 1) { $0.type = .adam } - 0.95) < 1e-9)
    let second = 0.95 - 0.1 * (0.0725 / 0.75) / ((0.00413125 / 0.4375).squareRoot() + 0.1)
    #expect(abs(after(0, steps: 2) { $0.type = .adam } - second) < 1e-9)
  }

  @Test func adamWDecaysTheParameterItself() {
    #expect(abs(after(0, steps: 2) { $0.type = .adamw } - 0.99 * 0.99) < 1e-12)
    // 0.99 − 0.1 · 0.5 / (0.5 + ε)
    let one = after(0.5, steps: 1) { $0.type = .adamw }
    #expect(abs(one - (0.99 - 0.05 / 0.6)) < 1e-9)
  }
}
