// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels

struct DGLTests {
  private static func method(
    _ setting: MethodSetting, alpha: Double, heads: HeadChoice = .auto
  ) throws -> DGL {
    var configuration = DGL.Configuration()
    (configuration.alpha, configuration.heads) = (alpha, heads)
    return try DGL(configuration, for: setting)
  }

  /// The other features at zero, the whole bias.
  @Test func lossesByHand() throws {
    let hand = try HandModel()
    let heads = try UnimodalHeads(.auto, of: "dgl", hand.setting, wholeBias: true)
    let outputs = heads.outputs(hand.features)
    expectNumbers(outputs[0], [1.2, 1.8, 0.2, -1.2])
    expectNumbers(outputs[1], [1.2, -1.2, 0.2, -0.2])
    let losses = outputs.map { $0.crossEntropy(hand.batch.labels) }
    expectNumbers(Tensor.stacked(losses), [0.328953, 1.499926])
    let own = try hand.gradients(of: Tensor.sum(of: losses) * 4)
    expectNumbers(own[0], [0.708687, -0.708687, -0.395632, 0.395632])
    expectNumbers(own[1], [1.833655, -1.833655, -0.802625, 0.802625])
    let joint = try hand.gradients(of: hand.forward.logits.crossEntropy(hand.batch.labels))
    for gradient in joint {
      expectNumbers(gradient, [0.401092, -0.401092, -0.098908, 0.098908])
    }
  }

  @Test func steps() throws {
    try BalancedSteps.check("dgl", 2, .concatenation) { try Self.method($0, alpha: 4) }
    try BalancedSteps.check("dgl_sum", 3, .sum) { try Self.method($0, alpha: 0.5) }
  }

  /// A head without parts trains encoders through heads of the method's own.
  @Test func stepsOfFiLM() throws {
    try BalancedSteps.check("dgl_film", 3, .film) { try Self.method($0, alpha: 2) }
  }

  /// What one encoder's loss is does not reach another: with other labels seen by no one but the second modality's
  /// head the first one's gradient stays.
  @Test func encodersDoNotSeeEachOther() throws {
    let golden = try StepGolden("balanced_steps", "dgl", fusion: .concatenation)
    let method = try Self.method(golden.setting, alpha: 4)
    let engine = try golden.engine(training: method)
    _ = try BalancedSteps.take(golden.context(0), method, engine)
    let first = golden.model.encoders["audio"]?.namedParameters.map { $0.parameter.leaf.cloned() }
    let other = try StepGolden("balanced_steps", "dgl", fusion: .concatenation)
    for (_, parameter) in other.model.encoders["text"]?.namedParameters ?? [] {
      parameter.assign(parameter.leaf.detached() * 3)
    }
    let again = try Self.method(other.setting, alpha: 4)
    _ = try BalancedSteps.take(other.context(0), again, other.engine(training: again))
    let second = other.model.encoders["audio"]?.namedParameters.map { $0.parameter.leaf }
    #expect(first?.isEmpty == false)
    for (a, b) in zip(first ?? [], second ?? []) { #expect(isEqual(a, b)) }
  }

  @Test func partsOfAHeadWithoutPartsAreRefused() throws {
    let golden = try StepGolden("balanced_steps", "dgl_film", modalities: 3, fusion: .film)
    let text = message { _ = try Self.method(golden.setting, alpha: 1, heads: .fused) }
    #expect(text?.contains("is no sum of the modalities' parts") == true)
    #expect(text?.contains("method.heads") == true)
  }
}
