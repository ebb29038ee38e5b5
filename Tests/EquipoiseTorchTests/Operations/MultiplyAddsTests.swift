// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct MultiplyAddsTests {
  @Test func counts() {
    let stream = Generator(seed: 1)
    func count(_ layer: any Layer, _ shape: [Int]) -> Int {
      MultiplyAdds.count { _ = layer(.ones(shape), .evaluation) }
    }
    #expect(count(Linear(5, 3, from: stream), [2, 4, 5]) == 2 * 4 * 5 * 3)
    // Each of 2·4·3·3 outputs sees 3·3·3 inputs.
    let conv = Conv2d(3, 4, kernel: 3, stride: 2, padding: 1, from: stream)
    #expect(count(conv, [2, 3, 6, 6]) == 2 * 4 * 3 * 3 * 27)
    #expect(count(Conv1d(3, 4, kernel: 5, padding: 2, from: stream), [2, 3, 7]) == 2 * 4 * 7 * 15)
    // Projections 2·5·8·(24 + 8), scores and sums 2·(2·5·5·8).
    #expect(
      count(MultiHeadAttention(8, heads: 2, from: stream), [2, 5, 8]) == 2560 + 800)
    #expect(count(ReLU(), [2, 2]) == 0)
  }

  @Test func onlyWhileCounting() {
    let x = Tensor.ones([2, 2])
    _ = x.matmul(x)
    #expect(MultiplyAdds.count { _ = x.matmul(x) } == 8)
  }
}
