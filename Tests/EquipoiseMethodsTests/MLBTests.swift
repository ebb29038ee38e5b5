// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct MLBTests {
  private static func method(
    _ setting: MethodSetting, _ change: (inout MLB.Configuration) -> Void
  ) throws -> MLB {
    var configuration = MLB.Configuration()
    change(&configuration)
    return try MLB(configuration, for: setting)
  }

  @Test func coefficientsByHand() {
    let two = MLB.lags(scores: Tensor([3, 2.0]))
    expectNumbers(two, [0.666667, 1.5])
    expectNumbers(MLB.coefficients(two, alpha: 0.5, beta: 10), [0.834860, 3.204268])
    expectNumbers(MLB.coefficients(two, alpha: 0.5, beta: 2), [0.834860, 1.244919])
    expectNumbers(MLB.coefficients(two, alpha: 2, beta: 1), [0.417217, 1])
    expectNumbers(MLB.coefficients(two, alpha: 2, beta: 0.5), [0.417217, 0.619203])
    let three = MLB.lags(scores: Tensor([3, 2, 1.0]))
    expectNumbers(three, [0.5, 1, 2.5])
    expectNumbers(MLB.coefficients(three, alpha: 0.5, beta: 10), [0.755081, 1, 6.716341])
    let errors = MLB.lags(errors: Tensor([0.5, 1.0]))
    expectNumbers(MLB.coefficients(errors, alpha: 0.5, beta: 2), [0.755081, 1.462117])
  }

  @Test func otherOrderOtherPlaces() {
    let coefficients = [[3, 2, 1.0], [1, 3, 2.0]].map {
      MLB.coefficients(MLB.lags(scores: Tensor($0)), alpha: 0.5, beta: 4)
        .array(of: Double.self)
    }
    #expect(coefficients[1] == [coefficients[0][2], coefficients[0][0], coefficients[0][1]])
  }

  @Test func equalScoresChangeNothing() {
    let lags = MLB.lags(scores: Tensor([2, 2.0]))
    #expect(
      abs(MLB.coefficients(lags, alpha: 1, beta: 10).array(of: Double.self)[0] - 1) < 1e-7)
  }

  @Test func steps() throws {
    try BalancedSteps.check("mlb", 2, .concatenation) {
      try Self.method($0) { $0.beta = 10 }
    }
    try BalancedSteps.check("mlb_sum", 3, .sum) {
      try Self.method($0) {
        ($0.alpha, $0.beta, $0.weight, $0.heads) = (2, 0.5, 0.25, .fused)
      }
    }
  }

  @Test func untrainedHeadsAreRefused() throws {
    let setting = try HandModel().setting
    let text = message { _ = try Self.method(setting) { $0.weight = 0 } }
    #expect(text?.contains("are trained by the unimodal losses alone") == true)
    #expect(try Self.method(setting) { ($0.weight, $0.alpha) = (0, 0) }.ownParameters.isEmpty)
  }
}
