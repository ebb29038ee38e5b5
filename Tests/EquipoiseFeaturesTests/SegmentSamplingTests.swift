// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EquipoiseKit
@testable import EquipoiseFeatures

@Suite struct SegmentSamplingTests {
  /// By hand from the published rules, which count from 1.
  @Test(arguments: [
    (10, SegmentSampling(3, .first), [0, 3, 6]),
    (10, SegmentSampling(3, .middle), [0, 3, 6]),
    (6, SegmentSampling(3, .middle), [0, 2, 4]),
    (13, SegmentSampling(3, .middle), [1, 5, 9]),
    (3, SegmentSampling(3, .middle), [0, 1, 2]),
    (2, SegmentSampling(3, .middle), [0, 1, 1]),
    (1, SegmentSampling(2, .random), [0, 0]),
  ])
  func published(frames: Int, sampling: SegmentSampling, expected: [Int]) {
    var stream = RandomStream(seed: 0)
    #expect(sampling(frames: frames, &stream) == expected)
  }

  @Test func randomFramesLieInTheirSegments() {
    var stream = RandomStream(seed: 1, "frames")
    var again = stream
    let sampling = SegmentSampling(3, .random)
    var seen = [Set<Int>](repeating: [], count: 3)
    for _ in 0..<100 {
      let frames = sampling(frames: 14, &stream)
      #expect(frames == sampling(frames: 14, &again))
      for (segment, frame) in frames.enumerated() { seen[segment].insert(frame) }
    }
    #expect(seen == [Set(0..<4), Set(4..<8), Set(8..<12)])
  }

  @Test func spread() {
    #expect(SegmentSampling.spread(3, frames: 9) == [0, 4, 8])
    #expect(SegmentSampling.spread(3, frames: 1) == [0, 0, 0])
    #expect(SegmentSampling.spread(1, frames: 9) == [4])
  }
}
