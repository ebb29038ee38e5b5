// SPDX-License-Identifier: Apache-2.0
import EquipoiseSettings
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods

/// Two steps of each update rule by hand, from θ = 1, with every setting away from its default.
struct OptimiserFactoryTests {
  private func after(_ gradient: Double, steps: Int, _ optimiser: OptimiserSection) -> Double {
    let parameter = Parameter(Tensor([1.0]))
    let optimizer = optimiser.makeOptimizer([(name: "w", parameter: parameter)])
    for _ in 0..<steps { optimizer.step(gradients: [Tensor([gradient])]) }
    return parameter.leaf.item()
  }

  @Test func sgd() {
    // g = 0.5 + 0.1 θ; v = 0.6, then 0.8 · 0.6 + 0.594 = 1.074.
    let sgd = OptimiserSection.sgd(learningRate: 0.1, momentum: 0.8, weightDecay: 0.1)
    #expect(abs(after(0.5, steps: 1, sgd) - 0.94) < 1e-12)
    #expect(abs(after(0.5, steps: 2, sgd) - 0.8326) < 1e-12)
  }

  @Test func adamAddsDecayToTheGradient() {
    var settings = AdamConfiguration()
    (settings.weightDecay, settings.betas, settings.epsilon) = (0.1, [0.5, 0.75], 0.1)
    let adam = OptimiserSection(settings, learningRate: 0.1)
    // g = 0.1 θ. Step 1: 0.1 / (0.1 + ε) = ½. Step 2: m = 0.0725 / 0.75, s = 0.00413125 / 0.4375.
    #expect(abs(after(0, steps: 1, adam) - 0.95) < 1e-9)
    let second = 0.95 - 0.1 * (0.0725 / 0.75) / ((0.00413125 / 0.4375).squareRoot() + 0.1)
    #expect(abs(after(0, steps: 2, adam) - second) < 1e-9)
  }

  @Test func adamWDecaysTheParameterItself() {
    var settings = AdamWConfiguration()
    (settings.weightDecay, settings.betas, settings.epsilon) = (0.1, [0.5, 0.75], 0.1)
    let adamW = OptimiserSection(settings, learningRate: 0.1)
    #expect(abs(after(0, steps: 2, adamW) - 0.99 * 0.99) < 1e-12)
    // 0.99 − 0.1 · 0.5 / (0.5 + ε)
    #expect(abs(after(0.5, steps: 1, adamW) - (0.99 - 0.05 / 0.6)) < 1e-9)
  }

  /// What each keeps for a parameter, which estimates of memory count with.
  @Test func numbersPerParameter() {
    let sections: [OptimiserSection] = [
      .sgd(), .sgd(momentum: 0), OptimiserSection(AdamConfiguration()),
      OptimiserSection(AdamWConfiguration()),
    ]
    #expect(sections.map(\.settings.numbersPerParameter) == [1, 0, 2, 2])
  }
}
