// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct GradientClippingTests {
  private static let names = ["matrix", "vector", "conv"]

  @Test("equals PyTorch", arguments: [("clipped", 1.0), ("unclipped", 100.0)], Precision.all)
  func golden(_ limit: (name: String, norm: Double), _ precision: Precision) throws {
    let golden = try Golden("optimizers")
    var gradients: [Tensor?] = try Self.names.map {
      try golden("gradient.1.\($0)").to(precision.dtype)
    }
    let norm = GradientClipping.clip(&gradients, maxNorm: limit.norm)
    expectClose(norm, try golden("\(limit.name)/norm"), tolerance: precision.tolerance, "norm")
    for (name, gradient) in zip(Self.names, gradients) {
      expectClose(
        gradient, try golden("\(limit.name)/\(name)"), tolerance: precision.tolerance, name)
    }
  }

  @Test func aSharedGradientIsScaledOnce() {
    let shared = Tensor([Float(3)])
    var gradients: [Tensor?] = [shared, nil, shared]
    // ‖(3, 3)‖ = 3√2.
    GradientClipping.clip(&gradients, maxNorm: 2.0.squareRoot())
    #expect(gradients[1] == nil)
    for gradient in [gradients[0], gradients[2]] {
      expectClose(gradient, Tensor([1.0]), tolerance: 1e-6)
    }
    #expect(shared.floats() == [3])
  }

  @Test func nothingToClip() {
    var gradients: [Tensor?] = [nil]
    #expect(GradientClipping.clip(&gradients, maxNorm: 1).item() == 0)
    #expect(gradients.count == 1)
  }
}
