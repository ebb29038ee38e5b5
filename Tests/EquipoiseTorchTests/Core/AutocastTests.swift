// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct AutocastTests {
  @Test func equalsPyTorch() throws {
    let golden = try Golden("autocast")
    let stream = Generator(seed: 0)
    let chain = Sequential([
      Conv2d(2, 4, kernel: 3, padding: 1, from: stream), BatchNorm(4), ReLU(), Flatten(),
      Linear(64, 5, from: stream),
    ])
    try chain.load(golden.under("chain."), source: "chain", strict: false)
    let attention = MultiHeadAttention(8, heads: 2, from: stream)
    try attention.load(golden.under("attention."), source: "attention")

    let (logits, attended) = try withAutocast(to: .bfloat16, on: .cpu) {
      (
        chain(try golden("image"), .training()), attention(try golden("sequence"), .evaluation)
      )
    }
    // The kernels are the same; a bfloat16 has 8 bits.
    #expect(logits.dtype == .bfloat16 && attended.dtype == .bfloat16)
    expectClose(logits, try golden("logits"), tolerance: 0.004)
    expectClose(attended, try golden("attended"), tolerance: 0.004)

    let loss = logits.to(.float32).crossEntropy(Tensor([Int64(0), 4, 2]))
    let found = gradients(of: [loss], withRespectTo: chain.parameters.map(\.leaf))
    for (entry, gradient) in zip(chain.namedParameters, found) {
      #expect(gradient?.dtype == .float32)
      expectClose(gradient, try golden("gradient.\(entry.name)"), tolerance: 0.02, entry.name)
    }
  }

  @Test func endsWithItsScope() {
    let (a, b) = (Tensor.ones([2, 2]), Tensor.ones([2, 2]))
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try withAutocast(to: .bfloat16, on: .cpu) {
        #expect(a.matmul(b).dtype == .bfloat16)
        throw Stop()
      }
    }
    #expect(a.matmul(b).dtype == .float32)
    #expect(withAutocast(to: nil, on: .cpu) { a.matmul(b).dtype } == .float32)
  }

  @Test func theOuterScopeSurvivesAnInnerOne() {
    let (a, b) = (Tensor.ones([2, 2]), Tensor.ones([2, 2]))
    withAutocast(to: .bfloat16, on: .cpu) {
      withAutocast(to: .float16, on: .cpu) { #expect(a.matmul(b).dtype == .float16) }
      #expect(a.matmul(b).dtype == .bfloat16)
    }
    #expect(a.matmul(b).dtype == .float32)
  }
}
