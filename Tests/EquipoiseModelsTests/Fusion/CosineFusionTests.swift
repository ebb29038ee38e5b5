// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseModels

/// The head of MMCosine.
struct CosineFusionTests {
  private static func fusion(_ scale: Double = 15) throws -> CosineFusion {
    let fusion = CosineFusion(
      [("a", 2), ("b", 2)], classes: 2, scale: scale, from: Generator(seed: 0))
    try fusion.load(
      [
        "fc.a.weight": Tensor([3, 4, 0, 2] as [Float], shape: [2, 2]),
        "fc.b.weight": Tensor([1, 0, -1, 1] as [Float], shape: [2, 2]),
      ], source: "the test")
    fusion.move(to: .cpu, dtype: .float64)
    return fusion
  }

  private static func row(_ values: [Double]) -> Tensor { Tensor(values, shape: [1, 2]) }

  /// cos((1, 0), (3, 4)) = 0.6, cos((1, 0), (0, 2)) = 0; cos((0, 2), (1, 0)) = 0, and 1/√2.
  @Test func byHand() throws {
    let features = [Self.row([1, 0]), Self.row([0, 2])]
    let fusion = try Self.fusion()
    let slices = try #require(fusion.slices(features))
    expectNumbers(slices[0], [9, 0])
    expectNumbers(slices[1], [0, 10.606602])
    expectNumbers(fusion.logits(features), [9, 10.606602])
    expectNumbers(try Self.fusion(1).logits(features), [0.6, 0.707107])
  }

  @Test func lengthsDoNotCount() throws {
    let fusion = try Self.fusion()
    let features = [Self.row([1, 0.5]), Self.row([0.3, 2])]
    let logits = fusion.logits(features)
    #expect(isClose(fusion.logits(features.map { $0 * 7 }), logits, tolerance: 1e-14))
  }

  /// A feature of zeros has no direction: its logits and its gradient are finite.
  @Test func zerosAreFinite() throws {
    let fusion = try Self.fusion()
    let (a, b) = (Self.row([0, 0]).asLeaf(), Self.row([0.3, 2]))
    let logits = fusion.logits([a, b])
    #expect(isEqual(logits, try #require(fusion.slice(1, of: b))))
    #expect(isEqual(fusion.zeroOut(keeping: 1, of: [a, b]), logits))
    let found = gradients(of: [logits.sum()], withRespectTo: [a])[0]
    #expect(try #require(found).array(of: Double.self).allSatisfy { $0.isFinite })
  }

  @Test func oneModalityHasALinearHead() throws {
    var configuration = ModelConfiguration()
    configuration.fusion = .cosine()
    let model = try ModelFactory.makeModel(
      modalities: [("view", [5])], classes: 2, configuration: configuration, seed: 0)
    #expect(model.fusion is ConcatFusion)
  }
}
