// SPDX-License-Identifier: Apache-2.0
import Testing
import EquipoiseTorch

struct MultiHeadAttentionTests {
  private let input = Tensor.normal([2, 5, 8], from: Generator(seed: 5))

  @Test func dropoutPathEqualsFusedPathAtVanishingRate() {
    // The same weights, because both are drawn from the same seed.
    let fused = MultiHeadAttention(8, heads: 2, from: Generator(seed: 1))
    let dropped = MultiHeadAttention(8, heads: 2, dropout: 1e-12, from: Generator(seed: 1))
    expectClose(
      dropped(input, .training(dropout: Generator(seed: 2))), fused(input, .evaluation),
      tolerance: 1e-6)
  }

  @Test func dropoutChangesTheOutputByItsOwnStream() {
    let attention = MultiHeadAttention(8, heads: 2, dropout: 0.5, from: Generator(seed: 1))
    let first = attention(input, .training(dropout: Generator(seed: 2)))
    expectIdentical(first, attention(input, .training(dropout: Generator(seed: 2))))
    #expect(first.bytes != attention(input, .training(dropout: Generator(seed: 3))).bytes)
    #expect(first.bytes != attention(input, .evaluation).bytes)
  }

  @Test func transformerDropsBothBranches() {
    let layer = TransformerEncoderLayer(
      8, heads: 2, feedForward: 16, dropout: 0.5, from: Generator(seed: 1))
    let first = layer(input, .training(dropout: Generator(seed: 2)))
    expectIdentical(first, layer(input, .training(dropout: Generator(seed: 2))))
    #expect(first.bytes != layer(input, .evaluation).bytes)
  }
}
