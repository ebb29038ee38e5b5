// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseTorch

struct RowPresenceTests {
  @Test func rowsGoOutAndBack() {
    let presence = RowPresence(rows: [0, 3], of: 4)
    #expect(presence.count == 4 && presence.rows == [0, 3] && !presence.isEmpty)
    #expect(presence.mask.to(.float32).floats() == [1, 0, 0, 1])
    let batch = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [4, 2])
    let own = presence.gathered(batch)
    #expect(own.floats() == [1, 2, 7, 8])
    #expect(presence.scattered(own).floats() == [1, 2, 0, 0, 0, 0, 7, 8])
  }

  /// Of rows that the device alone knows all go out, and those that are not there come back as zeros.
  @Test func unknownRowsAllGoOut() {
    let presence = RowPresence(onDevice: Tensor([true, false, true], shape: [3]))
    let batch = Tensor([1, .nan, 5] as [Float], shape: [3, 1])
    #expect(presence.rows == [0, 1, 2] && !presence.isEmpty)
    #expect(presence.gathered(batch).shape == [3, 1])
    #expect(presence.scattered(presence.gathered(batch)).floats() == [1, 0, 5])
    let ragged = RaggedBatch(batch, lengths: StepLengths([1, 1, 1]), presence: presence).present
    #expect(ragged.count == 3 && ragged.lengths?.host == [1, 1, 1])
  }

  @Test func ofNoRowNothingIsLeft() {
    let presence = RowPresence(rows: [], of: 3)
    #expect(presence.isEmpty)
    let own = presence.gathered(.ones([3, 2]))
    #expect(own.shape == [0, 2])
    #expect(presence.scattered(own).floats() == [0, 0, 0, 0, 0, 0])
  }

  /// A gradient reaches the rows that went out and no other.
  @Test func gradientsComeBackToTheirRows() {
    let presence = RowPresence(rows: [2], of: 3)
    let leaf = Tensor([1, 2, 3] as [Float], shape: [3, 1]).asLeaf()
    let loss = presence.scattered(presence.gathered(leaf) * 5).sum()
    #expect(gradients(of: [loss], withRespectTo: [leaf])[0]?.floats() == [0, 0, 5])
  }

  @Test func commonRows() {
    let (first, second) = (
      RowPresence(rows: [0, 1, 3], of: 4), RowPresence(rows: [1, 2, 3], of: 4)
    )
    #expect(RowPresence.common(first, second)?.rows == [1, 3])
    #expect(RowPresence.common(nil, second)?.rows == [1, 2, 3])
    #expect(RowPresence.common(first, nil)?.rows == [0, 1, 3])
    #expect(RowPresence.common(nil, nil)?.rows == nil)
    #expect(RowPresence.common(first, RowPresence(rows: [2], of: 4))?.isEmpty == true)
  }

  @Test func aBatchOfThoseThatAreThere() {
    let batch = RaggedBatch(
      Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]),
      lengths: StepLengths([1, 2, 1]), presence: RowPresence(rows: [1, 2], of: 3))
    let own = batch.present
    #expect(own.tensor.floats() == [3, 4, 5, 6])
    #expect(own.lengths?.host == [2, 1] && own.presence?.rows == nil)
  }
}
