// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct AutogradTests {
  @Test func gradientsWithSeedsAndUnusedInputs() throws {
    let x = Tensor([Float(1), 2]).asLeaf()
    let unused = Tensor([Float(1)]).asLeaf()
    let found = gradients(
      of: [x * x], withRespectTo: [x, unused], seeds: [Tensor([Float(10), 100])])
    #expect(found[0]?.floats() == [20, 400])
    #expect(found[1] == nil)
  }

  @Test func severalOutputsAddUp() {
    let x = Tensor([Float(3)]).asLeaf()
    let found = gradients(of: [(x * 2).sum(), (x * x).sum()], withRespectTo: [x])
    #expect(found[0]?.item() == 8)
  }

  @Test func aRetainedGraphServesTwice() {
    let x = Tensor([Float(3)]).asLeaf()
    let y = (x * x).sum()
    let first = gradients(of: [y], withRespectTo: [x], retainingGraph: true)
    #expect(first[0]?.item() == gradients(of: [y], withRespectTo: [x])[0]?.item())
  }

  @Test func secondDerivative() throws {
    let x = Tensor([Double(3)]).asLeaf()
    let cube = (x * x * x).sum()
    let first = try #require(gradients(of: [cube], withRespectTo: [x], creatingGraph: true)[0])
    #expect(gradients(of: [first.sum()], withRespectTo: [x])[0]?.item() == 18)
  }

  @Test func withoutGradientIsLeftOnThrowing() {
    struct Stop: Error {}
    let x = Tensor([Float(1)]).asLeaf()
    #expect(throws: Stop.self) {
      try withoutGradient {
        #expect(!(x * 2).requiresGrad)
        throw Stop()
      }
    }
    #expect((x * 2).requiresGrad)
    #expect(!(x * 2).detached().requiresGrad)
  }
}
