// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct InfoRegTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout InfoReg.Configuration) -> Void
  ) throws -> InfoReg {
    var configuration = InfoReg.Configuration()
    change(&configuration)
    return try InfoReg(configuration, for: setting)
  }

  /// Ten zeros stand before the first trace.
  @Test func growthByHand() {
    var trace = InformationTrace(modalities: 1, device: .cpu)
    #expect(trace.growth(0, epoch: 0) == 1)
    let expected = [1, 3 / 7.0, 2 / 9.0, 1.5 / 10.5]
    for (epoch, number) in [4, 3, 2, 1.5].enumerated() {
      trace.add([number])
      #expect(abs(trace.growth(0, epoch: epoch + 1) - expected[epoch]) < 1e-12)
    }
  }

  /// A constant trace: 1, 1/2, … 1/10, and nothing from the eleventh on.
  @Test func aConstantTraceClosesAfterTen() {
    var trace = InformationTrace(modalities: 2, device: .cpu)
    for epoch in 1...12 {
      trace.add([2, 0])
      #expect(abs(trace.growth(0, epoch: epoch) - (epoch <= 10 ? 1 / Double(epoch) : 0)) < 1e-12)
      #expect(trace.growth(1, epoch: epoch) == 0)
    }
  }

  @Test func strengthsByHand() {
    func strengths(_ scores: [Double], _ beta: [Double]) -> Tensor {
      InfoReg.strengths(InfoReg.gaps(Tensor(scores)), beta: Tensor(beta))
    }
    expectNumbers(strengths([30, 20], [0.95, 0.95]), [2.582368, 0])
    expectNumbers(strengths([31, 30], [0.95, 0.95]), [2.034603, 0])
    expectNumbers(strengths([20, 30], [0.95, 0.1]), [0, 0.271828])
    expectNumbers(strengths([30 / 64.0, 20 / 64.0], [0.95, 0.95]), [1.109265, 0])
    expectNumbers(strengths([1.2, 1], [0.95, 0.95]), [1.157291, 0])
    expectNumbers(strengths([2, 2], [0.95, 0.95]), [0, 0])
    // Two of three lead the mean of the others.
    expectNumbers(InfoReg.gaps(Tensor([5, 4, 0.0])), [3, 1.5, -4.5])
  }

  /// g + β (θ − θ⁰).
  @Test func thePullByHand() {
    let (theta, start, gradient) = (Tensor([1, 2.0]), Tensor([0.5, 2.5]), Tensor([0.1, -0.2]))
    let strength = InfoReg.strengths(Tensor([0.2, -0.2]), beta: Tensor([0.95, 0.95])).select(0)
    expectNumbers(gradient + (theta - start) * strength, [0.678646, -0.778646])
  }

  @Test func steps() throws {
    try BalancedSteps.check("inforeg", 2, .concatenation) { try Self.method($0) { _ in } }
    try BalancedSteps.check("inforeg_film", 3, .film) {
      try Self.method($0) { ($0.betas, $0.reduction) = ([0.9, 0.1, 0.5], .mean) }
    }
  }

  @Test func asManyStrengthsAsModalities() throws {
    let setting = try HandModel().setting
    let text = message { _ = try Self.method(setting) { $0.betas = [1] } }
    #expect(text?.contains("1 strengths for the modalities a, v") == true)
  }
}
